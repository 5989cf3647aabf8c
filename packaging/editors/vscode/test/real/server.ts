/** A server that speaks chat completions and llama.cpp's `/infill`, and answers as told. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Json = Record<string, unknown>;

export interface ScriptedServer {
  readonly url: string;
  /** What is answered to prompts, in turn. */
  readonly says: string[];
  /** What is filled in, in turn; "wait" never answers. */
  readonly fills: (string | string[])[];
  /** What was asked. */
  readonly asked: Json[];
  /** Requests that were given up by whoever asked. */
  hungUp: number;
  close(): Promise<void>;
}

/** What it says of itself: it is taken for llama.cpp's server. */
const FACTS: Readonly<Record<string, Json>> = {
  "/v1/models": { data: [{ id: "scripted", owned_by: "llamacpp" }] },
  "/props": { default_generation_settings: { n_ctx: 8192 } },
};

/** Start it. */
export async function startServer(): Promise<ScriptedServer> {
  const server = createServer((request, response) => {
    void answer(request, response, scripted);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const scripted: ScriptedServer = {
    url: `http://127.0.0.1:${String(port)}`,
    says: [],
    fills: [],
    asked: [],
    hungUp: 0,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return scripted;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  scripted: ScriptedServer,
): Promise<void> {
  const known = request.method === "GET" ? FACTS[request.url ?? ""] : undefined;
  if (known !== undefined) {
    response.end(JSON.stringify(known));
    return;
  }
  if (request.url !== "/infill" && request.url !== "/v1/chat/completions") {
    response.writeHead(404).end("{}");
    return;
  }
  let text = "";
  for await (const piece of request) {
    text += String(piece);
  }
  scripted.asked.push(JSON.parse(text) as Json);
  response.on("close", () => {
    scripted.hungUp += response.writableFinished ? 0 : 1;
  });
  if (request.url === "/infill") {
    fill(response, scripted.fills.shift() ?? "");
  } else {
    say(response, scripted.says.shift() ?? "Done.");
  }
}

function fill(response: ServerResponse, text: string | string[]): void {
  if (text === "wait") {
    return;
  }
  const candidates = typeof text === "string" ? [text] : text;
  const named = candidates.map((one) => ({ text: one, tokens: 1 }));
  response.setHeader("Content-Type", "application/json");
  response.end(
    JSON.stringify({
      content: candidates[0],
      stop_type: "eos",
      inhouse: { candidates: named },
      timings: { cache_n: 10, prompt_n: 2 },
    }),
  );
}

function say(response: ServerResponse, content: string): void {
  if (content === "wait") {
    return;
  }
  response.setHeader("Content-Type", "text/event-stream");
  const chunk = (delta: Json, reason: string | null): string =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: reason }] })}\n\n`;
  response.write(chunk({ content }, null));
  response.end(`${chunk({}, "stop")}data: [DONE]\n\n`);
}
