import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod";

const sample = z.object({
  metric: z.record(z.string(), z.string()),
  value: z.tuple([z.number(), z.string()]),
});
const alert = z.object({
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
  state: z.enum(["pending", "firing"]),
});

export type Sample = z.infer<typeof sample>;
export type Alert = z.infer<typeof alert>;

/** Questions to a Prometheus that runs. */
export class PrometheusApi {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** What an expression comes to now: an instant vector, or one sample without labels for a scalar. */
  async query(expression: string): Promise<readonly Sample[]> {
    const answer = await this.#ask(`query?query=${encodeURIComponent(expression)}`);
    const { resultType, result } = z
      .object({ resultType: z.string(), result: z.unknown() })
      .parse(answer);
    if (resultType === "vector") return z.array(sample).parse(result);
    throw new Error(`${expression} is a ${resultType}`);
  }

  /** Values of a label of what a selector matches. */
  async labelValues(label: string, selector: string): Promise<readonly string[]> {
    const match = encodeURIComponent(selector);
    return z.array(z.string()).parse(await this.#ask(`label/${label}/values?match[]=${match}`));
  }

  /** The alerts that fire now. */
  async firing(): Promise<readonly Alert[]> {
    const answer = await this.#ask("alerts");
    const { alerts } = z.object({ alerts: z.array(alert) }).parse(answer);
    return alerts.filter(({ state }) => state === "firing");
  }

  /** Resolves with the alert of this name once it fires. */
  fires(name: string): Promise<Alert> {
    return this.#until(`${name} fires`, async () => {
      const alerts = await this.firing();
      return alerts.find(({ labels }) => labels["alertname"] === name);
    });
  }

  /** Resolves once no alert of this name fires. */
  async resolves(name: string): Promise<void> {
    await this.#until(`${name} is resolved`, async () => {
      const alerts = await this.firing();
      return alerts.some(({ labels }) => labels["alertname"] === name) ? undefined : true;
    });
  }

  /** Resolves with what an expression comes to once that is something. */
  returnsData(expression: string): Promise<readonly Sample[]> {
    return this.#until(`${expression} returns data`, async () => {
      const samples = await this.query(expression);
      return samples.some(({ value }) => value[1] !== "NaN") ? samples : undefined;
    });
  }

  /** Asks until there is an answer. Prometheus tells nobody by itself. */
  async #until<R>(what: string, ask: () => Promise<R | undefined>): Promise<R> {
    const patience = AbortSignal.timeout(PATIENCE_MS);
    while (!patience.aborted) {
      const found = await ask();
      if (found !== undefined) return found;
      await pause(POLL_MS);
    }
    throw new Error(`Nobody saw that ${what}; firing: ${JSON.stringify(await this.firing())}`);
  }

  async #ask(path: string): Promise<unknown> {
    const response = await fetch(`${this.#url}/api/v1/${path}`);
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    const answer: unknown = JSON.parse(text);
    return z.object({ status: z.literal("success"), data: z.unknown() }).parse(answer).data;
  }
}

const POLL_MS = 100;
/** Below the limit of a test, so that the test says what it waited for, and ends. */
const PATIENCE_MS = 45_000;
