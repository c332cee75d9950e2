import { describe, expect, test } from "@jest/globals";
import { CacheError } from "@cogniverse/sdk";
import { installedBackends } from "../../src/index.ts";
import { isMisspeltSecretName, isSecretName, maskSecrets } from "../../src/config/mask-secrets.ts";
import { KnownSecrets, secretsIn } from "../../src/secrets/known-secrets.ts";
import { optionsOf } from "../support/marked-options.ts";
import { maskedError } from "../../src/secrets/masked-error.ts";

describe("maskSecrets, in a line of a file", () => {
  test.each([
    ["url: redis://me:hunter2@host:1/0", "url: redis://me:*******@host:1/0"],
    ["url: redis://:p@ss:w/ord@host", "url: redis://:**********@host"],
    ["url: https://gh-token@host/x", "url: https://********@host/x"],
    ["url: https://h/x?a=1&token=abc&b=2", "url: https://h/x?a=1&token=***&b=2"],
    ["url: https://h/x?X-Amz-Signature=abc#f", "url: https://h/x?X-Amz-Signature=*****"],
    ["sas: https://h/c?sv=1&sig=abc%3D", "sas: https://h/c?sv=1&sig=******"],
    ["secret_access_key: abc/def", "secret_access_key: *******"],
    ["session_token: 'a b, c'", "session_token: '******'"],
    ['{ "password": "a \\" b", x: 1 }', '{ "password": "******", x: 1 }'],
    ["Authorization: Bearer abc", "Authorization: **********"],
    ["-----BEGIN PRIVATE KEY-----abc", "-----BEGIN PRIVATE KEY-----***"],
    ["password: ${DB_PASSWORD:-x}", "password: ${DB_PASSWORD:-x}"],
    ["kms_key: projects/p", "kms_key: projects/p"],
    ["url: redis://host:6379/0 # nothing", "url: redis://host:6379/0 # nothing"],
    ["expected redis://[username:password@]host", "expected redis://[username:password@]host"],
  ])("%s", (line, shown) => {
    expect(maskSecrets(line)).toBe(shown);
    expect(maskSecrets(maskSecrets(line))).toBe(shown);
  });
});

describe("KnownSecrets", () => {
  const data = {
    url: "redis://me:hunter%232@host",
    credentials: { client: "some-client", private_key: "line one\nline two" },
    tls: { key: "a-pem-text" },
    password: 1234567,
    tokens: ["first-one", "second-one"],
    bucket: "in-the-open",
  };
  const secrets = new KnownSecrets(secretsIn(data));

  test.each([
    ["ERR invalid password hunter#2 for me", "ERR invalid password ******** for me"],
    ["at hunter%232", "at **********"],
    ["number 1234567", "number *******"],
    ["line two was read", "******** was read"],
    ["second-one and a-pem-text", "********** and **********"],
    ["the bucket in-the-open", "the bucket in-the-open"],
    ['"password": must be text', '"password": must be text'],
  ])("%s", (text, shown) => {
    expect(secrets.mask(text)).toBe(shown);
  });

  test.each(["pasword", "passwrd", "sercet", "secret_acces_key", "acess_key_id", "privatekye"])(
    "a value behind %s, which was meant to be a secret's name",
    (name) => {
      const misspelt = new KnownSecrets(secretsIn({ config: { [name]: "hidden-away" } }));
      expect(misspelt.mask(`{ ${name}: hidden-away }`)).toBe(`{ ${name}: *********** }`);
    },
  );

  test("no option of a backend is taken for a secret's name misspelt", async () => {
    const modules = await installedBackends();
    const names = modules.flatMap(({ jsonSchema }) => optionsOf(jsonSchema).flat().map(String));
    expect(names).toContain("bucket");
    expect(names.filter((name) => isMisspeltSecretName(name) && !isSecretName(name))).toEqual([]);
  });

  test("masks plain data deeply and leaves its shape", () => {
    const answer = secrets.maskDeep({ a: [{ "first-one": "of first-one", n: 1, no: null }] });
    expect(answer).toEqual({ a: [{ "*********": "of *********", n: 1, no: null }] });
  });

  test("an error that shows none stays the same, whatever it is", () => {
    const error = new RangeError("in-the-open");
    expect(maskedError(error, secrets)).toBe(error);
  });

  test("an error that shows one keeps code and retryable, and loses what clients hang on it", () => {
    const reply = Object.assign(new Error("WRONGPASS"), { command: { args: ["me", "hunter#2"] } });
    const error = new CacheError("auth", "refused", { cause: reply, retryable: true });
    const masked = maskedError(error, secrets);
    expect(masked).toMatchObject({
      code: "auth",
      message: "refused",
      retryable: true,
      cause: { message: "WRONGPASS" },
    });
    expect(JSON.stringify(masked) + String((masked as Error).stack)).not.toContain("hunter");
    expect((masked as Error).cause).not.toHaveProperty("command");
  });
});
