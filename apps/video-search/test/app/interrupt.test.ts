import { expect, test } from "@jest/globals";
import { AppHome } from "../support/app-home.ts";
import { AppProcess } from "../support/app-process.ts";

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)(
  "%s in the middle of an ingestion leaves nothing half done, and the next run completes it",
  async (signal, exitCode) => {
    await using home = await AppHome.create();
    const film = await home.sample();
    const first = new AppProcess(["ingest", film], home.env);
    await first.says("bunny: frames");
    first.interrupt(signal);
    const { code, out, err } = await first.end();
    expect({ code, out }).toEqual({ code: exitCode, out: "" });
    expect(err).not.toMatch(/error|at .+:\d+/i);
    const left = await home.files();
    expect(
      left.filter((file) => /tmp|temp/i.test(file.slice(home.env["COGNIVERSE_HOME"]?.length))),
    ).toEqual([]);
    const second = await new AppProcess(["ingest", film, "--json"], home.env).end();
    expect(second.code).toBe(0);
    const { videos } = JSON.parse(second.out);
    expect(videos).toMatchObject([{ title: "bunny", frames: 5, segments: 4 }]);
  },
);
