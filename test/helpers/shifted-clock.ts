/**
 * Imported before the app's own main file, which is as it was built: puts its clocks into the hands of a test. Both
 * are ahead of the machine's by what was last set; timers go on by the machine's.
 */
export type Clocks = { wallAheadMs: number; monotonicAheadMs: number };
export type WithClocks = typeof globalThis & { setClocks: (clocks: Clocks) => void };

let ahead: Clocks = { wallAheadMs: 0, monotonicAheadMs: 0 };
const MachineDate = Date;
const machineWall = Date.now;
const machineMonotonic = performance.now.bind(performance);
const machineHrtime = process.hrtime.bigint.bind(process.hrtime);

/** `new Date()` follows the clock as `Date.now` does. */
class ShiftedDate extends MachineDate {
  constructor(...given: unknown[]) {
    super(...((given.length === 0 ? [ShiftedDate.now()] : given) as [number]));
  }
  static override now(): number {
    return machineWall() + ahead.wallAheadMs;
  }
}
globalThis.Date = ShiftedDate as DateConstructor;
performance.now = () => machineMonotonic() + ahead.monotonicAheadMs;
process.hrtime.bigint = () => machineHrtime() + BigInt(Math.round(ahead.monotonicAheadMs * 1e6));

const setClocks: WithClocks['setClocks'] = (clocks) => (ahead = clocks);
Object.assign(globalThis, { setClocks });
