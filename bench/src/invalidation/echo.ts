import { Redis } from "ioredis";

const ASKED = "bench/asked";
const ANSWERED = "bench/answered";

/** Answers every question of {@link askAll} over Redis, by bare clients. */
export async function answerAll(url: string): Promise<Disposable> {
  const [ear, mouth] = [new Redis(url), new Redis(url)];
  ear.on("message", (_, question: string) => void mouth.publish(ANSWERED, question));
  await ear.subscribe(ASKED);
  return {
    [Symbol.dispose](): void {
      ear.disconnect();
      mouth.disconnect();
    },
  };
}

/** Asks all others something and waits for as many answers as there are of them: what nobody can do faster who wants a word from each. */
export async function askAll(
  url: string,
  others: number,
): Promise<Disposable & Readonly<{ ask: () => Promise<void> }>> {
  const [ear, mouth] = [new Redis(url), new Redis(url)];
  let question = 0;
  let missing = 0;
  let done: () => void = () => undefined;
  ear.on("message", (_, answered: string) => {
    if (answered === String(question) && --missing === 0) done();
  });
  await ear.subscribe(ANSWERED);
  return {
    async ask() {
      const heard = new Promise<void>((resolve) => (done = resolve));
      [question, missing] = [question + 1, others];
      await mouth.publish(ASKED, String(question));
      await heard;
    },
    [Symbol.dispose](): void {
      ear.disconnect();
      mouth.disconnect();
    },
  };
}
