import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { findChromium, root } from './paths.mjs';

/**
 * Draws build/icon.svg as the packages need it: PNG for Linux, ICO for Windows, ICNS for macOS. Run by hand when the
 * drawing changes (`node_modules/.bin/node scripts/icons.mjs`); what it makes is committed.
 */
const folder = join(root, 'build');
const ICO_SIZES = [16, 24, 32, 48, 64, 128, 256];
/** Types of the ICNS format that hold a PNG, and its edge in pixels. */
const ICNS_TYPES = /** @type {const} */ ([
  ['icp4', 16],
  ['icp5', 32],
  ['ic11', 32],
  ['ic12', 64],
  ['ic07', 128],
  ['ic13', 256],
  ['ic08', 256],
  ['ic14', 512],
  ['ic09', 512],
  ['ic10', 1024],
]);

const svg = readFileSync(join(folder, 'icon.svg'), 'utf8');
const browser = await chromium.launch({
  executablePath: findChromium() ?? '',
  chromiumSandbox: process.getuid?.() !== 0,
});
const page = await browser.newPage();

/** @type {Map<number, Buffer>} */
const drawn = new Map();
for (const size of new Set([...ICO_SIZES, ...ICNS_TYPES.map(([, edge]) => edge)])) {
  await page.setViewportSize({ width: size, height: size });
  const style = `margin:0;width:${size}px;height:${size}px;display:block`;
  await page.setContent(`<body style="margin:0">${svg.replace('<svg', `<svg style="${style}"`)}`);
  drawn.set(size, await page.screenshot({ omitBackground: true }));
}
await browser.close();

writeFileSync(join(folder, 'icon.png'), png(1024));
writeFileSync(join(folder, 'icon.ico'), ico());
writeFileSync(join(folder, 'icon.icns'), icns());

/** @param {number} size */
function png(size) {
  return drawn.get(size) ?? Buffer.alloc(0);
}

/** A directory of images, then the images: each a PNG, which Windows reads since Vista. */
function ico() {
  const head = Buffer.alloc(6 + 16 * ICO_SIZES.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(ICO_SIZES.length, 4);
  let offset = head.length;
  for (const [index, size] of ICO_SIZES.entries()) {
    const at = 6 + 16 * index;
    // 0 stands for 256.
    head.writeUInt8(size % 256, at);
    head.writeUInt8(size % 256, at + 1);
    head.writeUInt16LE(1, at + 4);
    head.writeUInt16LE(32, at + 6);
    head.writeUInt32LE(png(size).length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += png(size).length;
  }
  return Buffer.concat([head, ...ICO_SIZES.map(png)]);
}

/** `icns`, the length of all, then each image behind its type and length. */
function icns() {
  const images = ICNS_TYPES.map(([type, size]) => block(type, png(size)));
  return block('icns', Buffer.concat(images));
}

/**
 * @param {string} type
 * @param {Buffer} content
 */
function block(type, content) {
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32BE(content.length + 8, 4);
  return Buffer.concat([head, content]);
}
