import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  follow,
  MAX_TRACK_PX,
  scaleOf,
  toContentTop,
  toTrackTop,
  type ScrollPosition,
  type ScrollScale,
} from '../../../src/renderer/components/data-grid-scroll.ts';

const ROW_PX = 32;

/** From lists of no rows to ten million of them, in windows of any height. */
const scaleArbitrary: fc.Arbitrary<ScrollScale> = fc
  .tuple(
    fc.oneof(fc.nat(300), fc.nat(300_000), fc.nat(10_000_000)),
    fc.integer({ min: 0, max: 3_000 }),
  )
  .map(([rows, viewPx]) => scaleOf(rows * ROW_PX, viewPx));
const share = fc.double({ min: 0, max: 1, noNaN: true });

const trackEnd = ({ trackPx, viewPx }: ScrollScale): number => Math.max(0, trackPx - viewPx);
const contentEnd = ({ contentPx, viewPx }: ScrollScale): number => Math.max(0, contentPx - viewPx);
const isConsistent = (scale: ScrollScale, { contentTop }: ScrollPosition): boolean =>
  contentTop >= 0 && contentTop <= contentEnd(scale);

describe('the scale of a scroll bar', () => {
  test('has no element higher than Chromium lays out at four device pixels a pixel', () => {
    fc.assert(
      fc.property(scaleArbitrary, ({ trackPx }) => {
        expect(trackPx).toBeLessThanOrEqual(MAX_TRACK_PX);
        expect(MAX_TRACK_PX * 4).toBeLessThan(2 ** 25);
      }),
    );
  });

  test('leads from end to end, forwards, and back again', () => {
    fc.assert(
      fc.property(scaleArbitrary, share, share, (scale, one, other) => {
        const [low, high] = [one, other].toSorted((a, b) => a - b).map((x) => x * trackEnd(scale));
        expect(toContentTop(scale, 0)).toBe(0);
        expect(toContentTop(scale, trackEnd(scale))).toBe(contentEnd(scale));
        expect(toContentTop(scale, low ?? 0)).toBeLessThanOrEqual(toContentTop(scale, high ?? 0));
        const there = toContentTop(scale, high ?? 0);
        expect(toTrackTop(scale, there)).toBeCloseTo(high ?? 0, 4);
      }),
    );
  });

  test('is exact for any list that fits, and near both ends of one that does not', () => {
    fc.assert(
      fc.property(scaleArbitrary, share, (scale, part) => {
        const reach = Math.min(100_000, trackEnd(scale));
        const fromTop = part * reach;
        expect(toContentTop(scale, fromTop)).toBe(fromTop);
        expect(toContentTop(scale, trackEnd(scale) - fromTop)).toBeCloseTo(
          contentEnd(scale) - fromTop,
          4,
        );
      }),
    );
  });
});

describe('following the scroll bar', () => {
  test('never leaves the rows, whatever is done', () => {
    fc.assert(
      fc.property(scaleArbitrary, fc.array(share, { maxLength: 30 }), (scale, parts) => {
        let at: ScrollPosition = { trackTop: 0, contentTop: 0 };
        for (const part of parts) {
          at = follow(scale, at, part * trackEnd(scale));
          expect(isConsistent(scale, at)).toBe(true);
        }
        expect(follow(scale, at, 0).contentTop).toBe(0);
        expect(follow(scale, at, trackEnd(scale)).contentTop).toBe(contentEnd(scale));
      }),
    );
  });

  test('the wheel moves the rows by as many pixels as it says, anywhere in ten million rows', () => {
    const scale = scaleOf(10_000_000 * ROW_PX, 600);
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.array(fc.integer({ min: -600, max: 600 }), { maxLength: 40 }),
        (part, turns) => {
          const start = part * trackEnd(scale);
          let at = { trackTop: start, contentTop: toContentTop(scale, start) };
          for (const turn of turns) {
            const before = at;
            at = follow(scale, at, at.trackTop + turn);
            expect(at.contentTop - before.contentTop).toBeCloseTo(turn, 4);
          }
        },
      ),
    );
  });

  test('dragging the thumb goes where the track says, and reaches every part', () => {
    const scale = scaleOf(10_000_000 * ROW_PX, 600);
    fc.assert(
      fc.property(share, share, (from, to) => {
        const start = from * trackEnd(scale);
        const end = to * trackEnd(scale);
        fc.pre(Math.abs(end - start) > 5 * 600);
        const at = follow(scale, { trackTop: start, contentTop: toContentTop(scale, start) }, end);
        expect(at.contentTop).toBe(toContentTop(scale, end));
      }),
    );
  });

  test('putting the bar back where the rows are does not move the rows', () => {
    fc.assert(
      fc.property(scaleArbitrary, share, (scale, part) => {
        const contentTop = part * contentEnd(scale);
        const trackTop = toTrackTop(scale, contentTop);
        const isEnd = trackTop <= 0 || trackTop >= trackEnd(scale);
        const after = follow(scale, { trackTop, contentTop }, trackTop);
        expect(Math.abs(after.contentTop - contentTop)).toBeLessThan(isEnd ? 1 : 1e-9);
      }),
    );
  });
});
