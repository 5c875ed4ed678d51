/**
 * How far a scroll bar stands for rows that no element could hold. Chromium lays out at most 33,554,428 device
 * pixels: half as many of ours on a screen of two device pixels each. The track keeps far below that, and rows
 * are placed on it by hand.
 */

/** Enough for zoom times density up to 4; 250,000 rows of 32 px scroll on it as they are. */
export const MAX_TRACK_PX = 8_000_000;
/** So far from both ends the track is as long as the rows, and the wheel reaches the end without any mending. */
const END_PX = 100_000;
/** A scroll shorter than this many views moves the rows as far as the track; a longer one is a jump. */
const NEAR_VIEWS = 4;

export type ScrollScale = {
  /** Height of all rows, of the element that stands for them, and of what is in sight. */
  contentPx: number;
  trackPx: number;
  viewPx: number;
};

/** Where the scroll bar stands, and where in the rows that is. */
export type ScrollPosition = { trackTop: number; contentTop: number };

export function scaleOf(contentPx: number, viewPx: number): ScrollScale {
  return { contentPx, trackPx: Math.min(contentPx, MAX_TRACK_PX), viewPx };
}

/** The place in the rows for one on the track: exact near both ends, compressed between. */
export function toContentTop(scale: ScrollScale, trackTop: number): number {
  const { content, track } = ranges(scale);
  const top = clamp(trackTop, track);
  if (content <= track || top <= END_PX) return top;
  if (top >= track - END_PX) return content - (track - top);
  return END_PX + (top - END_PX) * compression(content, track);
}

/** The inverse of `toContentTop`. */
export function toTrackTop(scale: ScrollScale, contentTop: number): number {
  const { content, track } = ranges(scale);
  const top = clamp(contentTop, content);
  if (content <= track || top <= END_PX) return top;
  if (top >= content - END_PX) return track - (content - top);
  return END_PX + (top - END_PX) / compression(content, track);
}

/**
 * The position after the scroll bar moved to `trackTop`. A turn of the wheel moves the rows by as many pixels
 * as it moves the track, however compressed that is; dragging the thumb goes where the track says.
 */
export function follow(scale: ScrollScale, from: ScrollPosition, trackTop: number): ScrollPosition {
  const { content, track } = ranges(scale);
  const isAtEnd = trackTop <= 0 || trackTop >= track;
  const isNear = Math.abs(trackTop - from.trackTop) <= NEAR_VIEWS * scale.viewPx;
  const contentTop =
    isNear && !isAtEnd
      ? clamp(from.contentTop + trackTop - from.trackTop, content)
      : toContentTop(scale, trackTop);
  return { trackTop, contentTop };
}

function ranges({ contentPx, trackPx, viewPx }: ScrollScale): { content: number; track: number } {
  return { content: Math.max(0, contentPx - viewPx), track: Math.max(0, trackPx - viewPx) };
}

function compression(content: number, track: number): number {
  return (content - 2 * END_PX) / (track - 2 * END_PX);
}

function clamp(value: number, max: number): number {
  return Math.min(max, Math.max(0, value));
}
