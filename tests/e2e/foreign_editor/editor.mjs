// An editor on the official TypeScript SDK: node editor.mjs FOLDER COMMAND ARGUMENTS…
// It takes every way through the protocol once and prints what it saw as one JSON object.
// The SDK checks each message that comes in against its schema.
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { client, methods, ndJsonStream, PROTOCOL_VERSION } from "@agentclientprotocol/sdk";

const [folder, command, ...words] = process.argv.slice(2);
const child = spawn(command, words, { stdio: ["pipe", "pipe", "inherit"] });
const stream = ndJsonStream(Writable.toWeb(child.stdin), Readable.toWeb(child.stdout));
const notes = join(folder, "notes.txt");
const unsaved = new Map([[notes, "Buy milk and bread.\n"]]);
const terminals = [];
const seen = { updates: [], asked: [], saved: [], released: [] };
let heard = () => {};

const app = client({ name: "foreign editor" })
  .onRequest(methods.client.session.requestPermission, ({ params }) => {
    seen.asked.push({ diff: params.toolCall.content[0], options: params.options.map((one) => one.kind) });
    return { outcome: { outcome: "selected", optionId: params.options[0].optionId } };
  })
  .onRequest(methods.client.fs.readTextFile, ({ params }) => ({
    content: unsaved.get(params.path) ?? readFileSync(params.path, "utf8"),
  }))
  .onRequest(methods.client.fs.writeTextFile, ({ params }) => {
    unsaved.delete(params.path);
    writeFileSync(params.path, params.content);
    seen.saved.push(params.content);
    return {};
  })
  .onRequest(methods.client.terminal.create, ({ params }) => {
    const terminal = { program: spawn(params.command, params.args, { cwd: params.cwd }), output: "" };
    terminal.program.stdout.on("data", (piece) => (terminal.output += piece));
    terminal.ended = new Promise((resolve) => terminal.program.on("close", resolve));
    return { terminalId: String(terminals.push(terminal) - 1) };
  })
  .onRequest(methods.client.terminal.waitForExit, async ({ params }) => ({
    exitCode: await terminals[params.terminalId].ended,
  }))
  .onRequest(methods.client.terminal.kill, ({ params }) => {
    terminals[params.terminalId].program.kill();
    return {};
  })
  .onRequest(methods.client.terminal.release, ({ params }) => {
    const { output, program } = terminals[params.terminalId];
    seen.released.push({ output, code: program.exitCode });
    return {};
  })
  .onNotification(methods.client.session.update, ({ params }) => {
    seen.updates.push(params.update);
    if (params.update.sessionUpdate === "agent_message_chunk") heard();
  })

await app.connectWith(stream, async (agent) => {
  const text = (words) => [{ type: "text", text: words }];
  const prompt = (sessionId, words) =>
    agent.request(methods.agent.session.prompt, { sessionId, prompt: text(words) });
  seen.initialized = await agent.request(methods.agent.initialize, {
    protocolVersion: PROTOCOL_VERSION,
    clientCapabilities: { fs: { readTextFile: true, writeTextFile: true }, terminal: true },
  });
  const opened = await agent.request(methods.agent.session.new, { cwd: folder, mcpServers: [] });
  const { sessionId } = opened;
  seen.modes = opened.modes.availableModes.map((mode) => mode.id);
  seen.edited = await prompt(sessionId, "Tea instead of milk.");
  seen.ran = await prompt(sessionId, "Run something.");
  seen.shown = seen.updates.flatMap((one) => one.content ?? []).filter((one) => one.type === "terminal");
  const hearing = new Promise((resolve) => (heard = resolve));
  const slow = prompt(sessionId, "Say something long.");
  await hearing;
  await agent.notify(methods.agent.session.cancel, { sessionId });
  seen.cancelled = await slow;
  await agent.request(methods.agent.session.close, { sessionId });
  seen.updates.length = 0;
  await agent.request(methods.agent.session.load, { sessionId, cwd: folder, mcpServers: [] });
  seen.loaded = seen.updates.map((update) => update.sessionUpdate);
  const listed = await agent.request(methods.agent.session.list, { cwd: folder });
  seen.listed = listed.sessions.map((one) => one.sessionId === sessionId);
  await agent
    .request(methods.agent.session.setMode, { sessionId, modeId: "dance" })
    .catch((problem) => (seen.refused = problem.code));
  child.stdin.end();
});
seen.code = await new Promise((resolve) =>
  child.exitCode === null ? child.on("exit", resolve) : resolve(child.exitCode),
);
process.stdout.write(JSON.stringify(seen));
