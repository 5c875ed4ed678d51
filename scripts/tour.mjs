import { runTour } from './run-tour.mjs';

process.exitCode = await runTour(process.argv.slice(2));
