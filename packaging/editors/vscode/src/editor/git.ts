/** The part of the built-in git extension's interface that is used here. */

import * as vscode from "vscode";

/** A repository that the editor has opened. */
export interface Repository {
  readonly rootUri: vscode.Uri;
  readonly inputBox: { value: string };
  readonly state: { readonly indexChanges: readonly unknown[] };
}

interface GitExtension {
  getAPI(version: 1): { readonly repositories: readonly Repository[] };
}

/** The repositories of the editor; none when its git extension is off. */
export async function repositories(): Promise<readonly Repository[]> {
  const extension = vscode.extensions.getExtension<GitExtension>("vscode.git");
  if (extension === undefined) {
    return [];
  }
  const git = extension.isActive ? extension.exports : await extension.activate();
  return git.getAPI(1).repositories;
}
