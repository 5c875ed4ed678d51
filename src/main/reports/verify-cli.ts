import { AppError } from '#shared/errors.ts';
import { verifyManifest } from './verify-manifest.ts';

/** `npm run verify -- FILE.csv …`: exit 1 when a report differs from its manifest, 2 when one cannot be verified. */

async function verify(path: string): Promise<0 | 1 | 2> {
  try {
    const { ok, differences } = await verifyManifest(path);
    console.log(ok ? `${path}: as its manifest says` : `${path}: NOT as its manifest says`);
    for (const difference of differences) console.log(`  ${difference}`);
    return ok ? 0 : 1;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    console.error(error.message);
    return 2;
  }
}

const paths = process.argv.slice(2);
if (paths.length === 0) console.error('Name the reports: npm run verify -- FILE.csv …');
let exitCode: 0 | 1 | 2 = paths.length === 0 ? 2 : 0;
for (const path of paths) {
  const code = await verify(path);
  if (code > exitCode) exitCode = code;
}
process.exitCode = exitCode;
