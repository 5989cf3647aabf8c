/** A document of the fake editor, with places as the real one counts them. */

import { EndOfLine, Position, Range, type Uri } from "./values.ts";

export class TextDocument {
  readonly uri: Uri;
  readonly languageId: string;
  private text: string;

  constructor(uri: Uri, text: string, languageId = "python") {
    this.uri = uri;
    this.text = text;
    this.languageId = languageId;
  }

  get fileName(): string {
    return this.uri.fsPath;
  }

  get eol(): number {
    return this.text.includes("\r\n") ? EndOfLine.CRLF : EndOfLine.LF;
  }

  get lineCount(): number {
    return this.text.split("\n").length;
  }

  getText(range?: Range): string {
    return range === undefined
      ? this.text
      : this.text.slice(this.offsetAt(range.start), this.offsetAt(range.end));
  }

  setText(text: string): void {
    this.text = text;
  }

  offsetAt(place: Position): number {
    const lines = this.text.split("\n").slice(0, place.line);
    return lines.reduce((sum, line) => sum + line.length + 1, 0) + place.character;
  }

  positionAt(offset: number): Position {
    const lines = this.text.slice(0, offset).split("\n");
    return new Position(lines.length - 1, lines.at(-1)?.length ?? 0);
  }

  get end(): Position {
    return this.positionAt(this.text.length);
  }
}
