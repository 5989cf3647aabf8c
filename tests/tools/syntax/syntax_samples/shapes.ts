import type { Reader } from "./reader";
import * as util from "node:util";
import old = require("old");

export interface Shape {
  readonly name: string;
  area(): number;
}

export type Named<T> = T & { name: string };

export enum Colour {
  Red = "red",
  Blue = "blue",
}

export const LIMIT: number = 10;

// A thing with an area.
export abstract class Base implements Shape {
  name = "base";
  constructor(private readonly reader: Reader) {}
  abstract area(): number;
  show = (): string => util.format(this.reader, old);
}

@sealed
export class Circle<T extends number> extends Base {
  area(): number {
    return LIMIT;
  }
}

export function total(shapes: Shape[]): number;
export function total(shapes: Shape[], limit?: number): number {
  return shapes.reduce((sum, shape) => sum + shape.area(), limit ?? 0);
}

namespace Tools {
  export function help(colour: Colour): void {}
}

declare function outer(value: string): void;
