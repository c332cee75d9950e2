/** An answer of Redis, RESP2 or RESP3, with the bytes of its text as characters of Latin-1. `mark`: the byte it begins with. */
export type Reply =
  | Readonly<{ kind: "line"; text: string }>
  | Readonly<{ kind: "bulk"; mark: string; text: string }>
  | Readonly<{ kind: "list"; mark: string; items: readonly Reply[] }>;

type Read = Readonly<{ reply: Reply; next: number }>;

const END = "\r\n";

/** The answer that begins at `at`, and where the next one does; `undefined`: not all of it is there yet. */
export function readReply(text: string, at: number): Read | undefined {
  const stop = text.indexOf(END, at);
  if (stop < 0) return undefined;
  const line = text.slice(at, stop);
  const next = stop + END.length;
  const mark = line.slice(0, 1);
  const size = Number(line.slice(1));
  if ("$=!".includes(mark) && size >= 0) {
    const end = next + size;
    if (text.length < end + END.length) return undefined;
    return { reply: { kind: "bulk", mark, text: text.slice(next, end) }, next: end + END.length };
  }
  if ("*%>~".includes(mark) && size >= 0)
    return readItems(text, next, mark, mark === "%" ? 2 * size : size);
  return { reply: { kind: "line", text: line }, next };
}

function readItems(text: string, start: number, mark: string, count: number): Read | undefined {
  const items: Reply[] = [];
  let at = start;
  while (items.length < count) {
    const item = readReply(text, at);
    if (item === undefined) return undefined;
    items.push(item.reply);
    at = item.next;
  }
  return { reply: { kind: "list", mark, items }, next: at };
}

/** As the server would write it. */
export function writeReply(reply: Reply): string {
  if (reply.kind === "line") return reply.text + END;
  if (reply.kind === "bulk") return `${reply.mark}${reply.text.length}${END}${reply.text}${END}`;
  const { mark, items } = reply;
  const size = mark === "%" ? items.length / 2 : items.length;
  return `${mark}${size}${END}${items.map(writeReply).join("")}`;
}
