import { Writable } from "node:stream";
import { expect, test } from "@jest/globals";
import { pino, type LoggerOptions } from "pino";
import { pinoLogger } from "../../src/logging/pino-logger.ts";

/** A pino and what it wrote. */
function writing(options: LoggerOptions = {}) {
  const written: string[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk.toString());
      done();
    },
  });
  return { written, log: pino({ ...options, base: null, timestamp: false }, destination) };
}

test("each call is one line of JSON with its level, its fields and the message", () => {
  const { written, log } = writing({ level: "debug" });
  const logger = pinoLogger(log);
  logger.debug("d");
  logger.info("i", { tier: "warm", ms: 1.5, down: true, absent: undefined });
  logger.warn("two\nlines %s %d", { key: 'a"b\n' });
  logger.error("e");
  expect(written.every((line) => line.indexOf("\n") === line.length - 1)).toBe(true);
  expect(written.map((line) => JSON.parse(line))).toEqual([
    { level: 20, msg: "d" },
    { level: 30, msg: "i", tier: "warm", ms: 1.5, down: true },
    { level: 40, msg: "two\nlines %s %d", key: 'a"b\n' },
    { level: 50, msg: "e" },
  ]);
});

test("levels, child fields and redaction are pino's", () => {
  const { written, log } = writing({ level: "warn", redact: ["endpoint"] });
  const logger = pinoLogger(log.child({ component: "cache" }));
  logger.info("not told");
  logger.warn("told", { endpoint: "http://secret", tier: "cold" });
  expect(written.map((line) => JSON.parse(line))).toEqual([
    { level: 40, component: "cache", endpoint: "[Redacted]", tier: "cold", msg: "told" },
  ]);
});

test("an error's text under the name that pino keeps for errors stays a text", () => {
  const { written, log } = writing();
  pinoLogger(log).info("the message", { err: "ECONNREFUSED" });
  expect(written).toHaveLength(1);
  expect(JSON.parse(written[0] ?? "")).toMatchObject({ msg: "the message", err: "ECONNREFUSED" });
});

test("a logger that throws loses the line and nothing else", () => {
  const fail = (): never => {
    throw new Error("destination closed");
  };
  const logger = pinoLogger({ debug: fail, info: fail, warn: fail, error: fail });
  expect(() => {
    logger.debug("d");
    logger.info("i");
    logger.warn("w", { tier: "hot" });
    logger.error("e");
  }).not.toThrow();
});
