/** A small editor without a screen: what the extension does to it is kept, answers are scripted. */

import { TextDocument } from "./document.ts";
import {
  EventEmitter,
  Selection,
  TabInputText,
  TabInputTextDiff,
  Uri,
  type Diagnostic,
  type Disposable,
  type WorkspaceEdit,
} from "./values.ts";

export * from "./values.ts";
export { TextDocument } from "./document.ts";

interface Tab {
  readonly input: TabInputText | TabInputTextDiff;
}

interface Editor {
  readonly document: TextDocument;
  selection: Selection;
}

interface Provider {
  provideTextDocumentContent(uri: Uri): string;
  readonly onDidChange?: (listener: (uri: Uri) => void) => Disposable;
}

/** Everything that a test sets and looks at. */
export const editor = {
  folders: [] as string[],
  trusted: true,
  settings: new Map<string, unknown>(),
  documents: [] as TextDocument[],
  tabs: [] as Tab[],
  active: undefined as Editor | undefined,
  /** What the person types into input boxes and picks from lists, in turn. */
  typed: [] as (string | undefined)[],
  picked: [] as ((items: readonly { label: string }[]) => unknown)[],
  said: [] as string[],
  executed: [] as string[],
  logged: [] as string[],
  statuses: [] as string[],
  terminals: [] as { options: Record<string, unknown>; sent: string[] }[],
  problems: new Map<string, readonly Diagnostic[]>(),
  symbols: [] as unknown[],
  repositories: [] as unknown[],
  cancelProgress: undefined as (() => void) | undefined,
  status: { text: "", tooltip: "" },
  inline: undefined as unknown,
  actions: undefined as unknown,
};

const providers = new Map<string, Provider>();
const handlers = new Map<string, (...words: unknown[]) => unknown>();
const closed = new EventEmitter<TextDocument>();
const changed = new EventEmitter<{ document: TextDocument }>();
const configured = new EventEmitter<{ affectsConfiguration: (name: string) => boolean }>();
const looked = new EventEmitter<undefined>();
const terminalClosed = new EventEmitter<unknown>();
const nothing: Disposable = { dispose: () => undefined };

/** Open a document in a tab and look at it. */
export function open(path: string, text: string, languageId = "python"): TextDocument {
  const document = new TextDocument(Uri.file(path), text, languageId);
  editor.documents = editor.documents.filter((one) => one.uri.path !== path);
  editor.documents.push(document);
  editor.tabs.push({ input: new TabInputText(document.uri) });
  editor.active = { document, selection: new Selection(0, 0, 0, 0) };
  return document;
}

/** Type into a document. */
export function type(document: TextDocument, text: string): void {
  document.setText(text);
  changed.fire({ document });
}

/** Change a setting as a person does. */
export function set(name: string, value: unknown): void {
  editor.settings.set(name, value);
  configured.fire({ affectsConfiguration: (one) => name.startsWith(one) });
}

const find = (uri: Uri): TextDocument | undefined =>
  editor.documents.find((one) => one.uri.toString() === uri.toString());

const opened = (uri: Uri): TextDocument => {
  const known = find(uri);
  if (known !== undefined) {
    return known;
  }
  const text = providers.get(uri.scheme)?.provideTextDocumentContent(uri);
  if (text === undefined) {
    throw new Error(`there is no document ${uri.toString()}`);
  }
  const document = new TextDocument(uri, text, "markdown");
  editor.documents.push(document);
  return document;
};

export const workspace = {
  get isTrusted() {
    return editor.trusted;
  },
  get workspaceFolders() {
    const folders = editor.folders.map((path) => ({ uri: Uri.file(path), name: path }));
    return folders.length === 0 ? undefined : folders;
  },
  get textDocuments() {
    return editor.documents;
  },
  getWorkspaceFolder: (uri: Uri) =>
    (workspace.workspaceFolders ?? []).find((one) => uri.path.startsWith(`${one.uri.path}/`)),
  getConfiguration: (section: string) => ({
    get: (name: string, usual: unknown) => {
      const set = editor.settings.get(`${section}.${name}`);
      return set === undefined ? usual : set;
    },
    inspect: (name: string) => ({ globalValue: editor.settings.get(`${section}.${name}`) }),
    update: (name: string, value: unknown) => {
      set(`${section}.${name}`, value);
      return Promise.resolve();
    },
  }),
  openTextDocument: (uri: Uri) => Promise.resolve(opened(uri)),
  applyEdit: (wanted: WorkspaceEdit) => {
    for (const { uri, range, text } of wanted.edits) {
      const document = opened(uri);
      const whole = document.getText();
      const start = document.offsetAt(range.start);
      const end = document.offsetAt(range.end);
      type(document, whole.slice(0, start) + text + whole.slice(end));
    }
    return Promise.resolve(true);
  },
  registerTextDocumentContentProvider: (scheme: string, provider: Provider): Disposable => {
    providers.set(scheme, provider);
    provider.onDidChange?.((uri) => find(uri)?.setText(provider.provideTextDocumentContent(uri)));
    return { dispose: () => providers.delete(scheme) };
  },
  onDidCloseTextDocument: closed.event,
  onDidChangeTextDocument: changed.event,
  onDidChangeConfiguration: configured.event,
};

const group = {
  get tabs() {
    return editor.tabs;
  },
  get activeTab() {
    return editor.tabs.at(-1);
  },
};

export const window = {
  get activeTextEditor() {
    return editor.active;
  },
  tabGroups: {
    all: [group],
    activeTabGroup: group,
    close: (tabs: readonly Tab[]) => {
      editor.tabs = editor.tabs.filter((tab) => !tabs.includes(tab));
      return Promise.resolve(true);
    },
  },
  onDidChangeActiveTextEditor: looked.event,
  onDidCloseTerminal: terminalClosed.event,
  showTextDocument: (target: TextDocument | Uri) => {
    const document = target instanceof TextDocument ? target : opened(target);
    if (document.uri.scheme === "file") {
      editor.active = { document, selection: new Selection(0, 0, 0, 0) };
    }
    return Promise.resolve(editor.active);
  },
  showInputBox: () => Promise.resolve(editor.typed.shift()),
  showQuickPick: (items: readonly { label: string }[]) =>
    Promise.resolve(editor.picked.shift()?.(items)),
  showWorkspaceFolderPick: () => Promise.resolve(workspace.workspaceFolders?.[0]),
  showInformationMessage: (text: string) => say(text),
  showWarningMessage: (text: string) => say(text),
  showErrorMessage: (text: string) => say(text),
  withProgress: (
    _options: unknown,
    task: (progress: unknown, token: unknown) => Promise<unknown>,
  ) => {
    const emitter = new EventEmitter<undefined>();
    const token = { isCancellationRequested: false, onCancellationRequested: emitter.event };
    editor.cancelProgress = () => {
      token.isCancellationRequested = true;
      emitter.fire(undefined);
    };
    return task({ report: () => undefined }, token);
  },
  createOutputChannel: () => ({
    info: (line: string) => editor.logged.push(line),
    error: (line: string) => editor.logged.push(line),
    show: () => editor.executed.push("log"),
    dispose: () => undefined,
  }),
  createStatusBarItem: () => {
    const item = { text: "", tooltip: "", name: "", command: "" };
    const show = (): void => {
      editor.status = { text: item.text, tooltip: item.tooltip };
      editor.statuses.push(item.tooltip.split("\n")[0] ?? "");
    };
    return Object.assign(item, { show, dispose: () => undefined });
  },
  createTerminal: (options: Record<string, unknown>) => {
    const sent: string[] = [];
    editor.terminals.push({ options, sent });
    return { show: () => undefined, sendText: (text: string) => sent.push(text) };
  },
  registerTerminalProfileProvider: () => nothing,
};

export const commands = {
  registerCommand: (name: string, act: (...words: unknown[]) => unknown): Disposable => {
    handlers.set(name, act);
    return { dispose: () => handlers.delete(name) };
  },
  executeCommand: (name: string, ...words: unknown[]): Promise<unknown> => {
    editor.executed.push(name);
    if (name === "vscode.diff") {
      const [original, modified] = words as [Uri, Uri];
      opened(modified);
      editor.tabs.push({ input: new TabInputTextDiff(original, modified) });
    }
    if (name === "vscode.executeDocumentSymbolProvider") {
      return Promise.resolve(editor.symbols);
    }
    return Promise.resolve(handlers.get(name)?.(...words));
  },
};

export const languages = {
  registerInlineCompletionItemProvider: (_where: unknown, provider: unknown) => {
    editor.inline = provider;
    return nothing;
  },
  registerCodeActionsProvider: (_where: unknown, provider: unknown) => {
    editor.actions = provider;
    return nothing;
  },
  createDiagnosticCollection: () => ({
    set: (uri: Uri, found: readonly Diagnostic[]) => editor.problems.set(uri.path, [...found]),
    clear: () => {
      editor.problems.clear();
    },
    dispose: () => undefined,
  }),
};

export const extensions = {
  getExtension: () => ({
    isActive: true,
    exports: { getAPI: () => ({ repositories: editor.repositories }) },
  }),
};

function say(text: string): Promise<undefined> {
  editor.said.push(text);
  return Promise.resolve(undefined);
}
