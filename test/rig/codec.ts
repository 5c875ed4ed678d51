/**
 * Structured values as text, for the two ways in and out of a page that carry only text. Runs in Node and, by
 * its source, in the page: it may use nothing from outside its own body.
 */
export function createCodec() {
  type Tagged = { $: string; v?: unknown };

  /**
   * What JSON carries as it is, which is nearly all that is ever sent. Packing it would take longer than all else a
   * call does here, while Electron clones it in no time. Too deep is for `pack`, which knows cycles.
   */
  function isJson(value: unknown, depth: number): boolean {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
    if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
    if (typeof value !== 'object' || depth > 20) return false;
    if (Array.isArray(value)) return value.every((item) => isJson(item, depth + 1));
    if (Object.prototype.toString.call(value) !== '[object Object]' || '$' in value) return false;
    return Object.values(value).every((item) => isJson(item, depth + 1));
  }

  function pack(value: unknown, ancestors: readonly unknown[]): unknown {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (value === undefined) return { $: 'undefined' };
    if (typeof value === 'bigint') return { $: 'bigint', v: String(value) };
    if (typeof value === 'number') {
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { $: 'number', v: Object.is(value, -0) ? '-0' : String(value) };
    }
    if (typeof value !== 'object') throw new Error('An object could not be cloned.');
    if (ancestors.includes(value)) throw new Error('rig: cyclic values are not modelled');
    return packObject(value, [...ancestors, value]);
  }

  function packObject(value: object, within: readonly unknown[]): unknown {
    const each = (items: Iterable<unknown>) => Array.from(items, (item) => pack(item, within));
    if (Array.isArray(value)) return each(value);
    if (value instanceof Date) return { $: 'date', v: value.getTime() };
    if (value instanceof Map) return { $: 'map', v: each([...value].flat(1)) };
    if (value instanceof Set) return { $: 'set', v: each(value) };
    if (value instanceof Error) return { $: 'error', v: [value.name, value.message] };
    if (value instanceof ArrayBuffer) return { $: 'buffer', v: [...new Uint8Array(value)] };
    if (ArrayBuffer.isView(value)) {
      const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      const name = value.constructor.name === 'Buffer' ? 'Uint8Array' : value.constructor.name;
      return { $: 'view', v: [name, [...bytes]] };
    }
    if (value instanceof Promise) throw new Error('An object could not be cloned.');
    const entries = Object.entries(value).map(([key, item]) => [key, pack(item, within)] as const);
    const plain: unknown = Object.fromEntries(entries);
    return '$' in value ? { $: 'object', v: plain } : plain;
  }

  function unpack(packed: unknown): unknown {
    if (typeof packed !== 'object' || packed === null) return packed;
    if (Array.isArray(packed)) return packed.map(unpack);
    if ('$' in packed) return unpackTagged(packed as Tagged);
    return Object.fromEntries(Object.entries(packed).map(([key, item]) => [key, unpack(item)]));
  }

  function unpackTagged({ $: tag, v }: Tagged): unknown {
    const list = (Array.isArray(v) ? v : []) as never[];
    if (tag === 'undefined') return undefined;
    if (tag === 'bigint') return BigInt(String(v));
    if (tag === 'number') return Number(v);
    if (tag === 'date') return new Date(Number(v));
    if (tag === 'set') return new Set(list.map(unpack));
    if (tag === 'buffer') return new Uint8Array(list).buffer;
    if (tag === 'object') {
      return Object.fromEntries(Object.entries(v as object).map(([k, item]) => [k, unpack(item)]));
    }
    if (tag === 'map') {
      const flat = list.map(unpack);
      const entries: [unknown, unknown][] = [];
      for (let at = 0; at < flat.length; at += 2) entries.push([flat[at], flat[at + 1]]);
      return new Map(entries);
    }
    if (tag === 'error') {
      const error = new Error(String(list[1]));
      error.name = String(list[0]);
      return error;
    }
    return unpackView(list);
  }

  function unpackView(list: readonly unknown[]): unknown {
    const [name, bytes] = list as [string, number[]];
    const { buffer } = new Uint8Array(bytes);
    const View = (globalThis as unknown as Record<string, new (b: ArrayBuffer) => unknown>)[name];
    if (View === undefined) throw new Error(`rig: ${name} is not modelled`);
    return new View(buffer);
  }

  return {
    encode: (value: unknown): string =>
      isJson(value, 0) ? `=${JSON.stringify(value)}` : `$${JSON.stringify(pack(value, []))}`,
    decode: (text: string): unknown => {
      const value: unknown = JSON.parse(text.slice(1));
      return text.startsWith('=') ? value : unpack(value);
    },
  };
}
