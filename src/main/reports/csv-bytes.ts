import type { ClockTime } from '#shared/time-zone.ts';
import { textCell } from './csv.ts';

/** A chunk of any report; a longer one makes it grow. */
const FIRST_BYTES = 128 * 1024;
/** No number, time or end of a row is longer. */
const SHORT_BYTES = 64;
/** A character of UTF-16 becomes at most as many bytes of UTF-8. */
const MAX_BYTES_A_CHARACTER = 3;
const EIGHT_DIGITS = 100_000_000;

const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const CR = 0x0d;
const LF = 0x0a;

/**
 * Rows of CSV, written straight into the bytes of the file, for reports of a million rows: as strings each cell would be
 * put on the heap, joined, encoded and collected again, which takes several times as long. A cell is always followed by
 * a comma, and the end of a row takes the place of its last.
 */
export class CsvBytes {
  #bytes = new Uint8Array(FIRST_BYTES);
  #length = 0;
  readonly #encoder = new TextEncoder();

  /** What was written since it was taken last; good until more is written. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    return taken;
  }

  /** Cells of `prepareCells`. */
  cells(prepared: Uint8Array): void {
    this.#reserve(prepared.length);
    this.#bytes.set(prepared, this.#length);
    this.#length += prepared.length;
  }

  /** Guarded and quoted where it needs to be; null is an empty cell. */
  text(text: string | null): void {
    this.written(textCell(text));
  }

  /** What is not known. */
  empty(): void {
    this.#reserve(SHORT_BYTES);
    this.#byte(COMMA);
  }

  /** A cell that `textCell` wrote. */
  written(cell: string): void {
    this.#reserve(cell.length * MAX_BYTES_A_CHARACTER + 1);
    this.#put(cell);
    this.#byte(COMMA);
  }

  /** A safe integer. */
  integer(value: number | null): void {
    this.#reserve(SHORT_BYTES);
    if (value !== null) this.#integer(this.#sign(value));
    this.#byte(COMMA);
  }

  /** Whole units of 10^-scale, all decimals written; `scale` is 8 at most. */
  decimal(units: number | null, scale: number): void {
    this.#reserve(SHORT_BYTES);
    if (units !== null) {
      const size = this.#sign(units);
      const fraction = size % 10 ** scale;
      this.#integer((size - fraction) / 10 ** scale);
      this.#byte(POINT);
      this.#digits(fraction, scale);
    }
    this.#byte(COMMA);
  }

  /** ISO 8601 with milliseconds. */
  time({ date, timeOfDayMs, offset }: ClockTime): void {
    this.#reserve(SHORT_BYTES);
    const seconds = Math.floor(timeOfDayMs / 1000);
    const minutes = Math.floor(seconds / 60);
    this.#put(date);
    this.#digits(Math.floor(minutes / 60), 2);
    this.#byte(COLON);
    this.#digits(minutes % 60, 2);
    this.#byte(COLON);
    this.#digits(seconds % 60, 2);
    this.#byte(POINT);
    this.#digits(timeOfDayMs % 1000, 3);
    this.#put(offset);
    this.#byte(COMMA);
  }

  endRow(): void {
    this.#reserve(SHORT_BYTES);
    this.#bytes[this.#length - 1] = CR;
    this.#byte(LF);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.#length + count));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }

  #byte(byte: number): void {
    this.#bytes[this.#length] = byte;
    this.#length += 1;
  }

  /** Nearly all text is ASCII, a byte a character. */
  #put(text: string): void {
    const bytes = this.#bytes;
    const start = this.#length;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) {
        this.#length += this.#encoder.encodeInto(text, bytes.subarray(start)).written;
        return;
      }
      bytes[start + index] = code;
    }
    this.#length = start + text.length;
  }

  /** Writes the sign. @returns the magnitude */
  #sign(value: number): number {
    if (value >= 0) return value;
    this.#byte(MINUS);
    return -value;
  }

  #integer(size: number): void {
    if (size < EIGHT_DIGITS) {
      this.#digits(size, widthOf(size));
      return;
    }
    const low = size % EIGHT_DIGITS;
    this.#integer((size - low) / EIGHT_DIGITS);
    this.#digits(low, 8);
  }

  /** With zeros before it; below 10^8. */
  #digits(value: number, width: number): void {
    let rest = value;
    for (let at = this.#length + width - 1; at >= this.#length; at -= 1) {
      const tenth = Math.floor(rest / 10);
      this.#bytes[at] = ZERO + rest - tenth * 10;
      rest = tenth;
    }
    this.#length += width;
  }
}

/** Cells that many rows share, each already written and followed by its comma. */
export function prepareCells(...cells: readonly string[]): Uint8Array {
  return Buffer.from(cells.map((cell) => `${cell},`).join(''));
}

function widthOf(size: number): number {
  let width = 1;
  for (let bound = 10; size >= bound; bound *= 10) width += 1;
  return width;
}
