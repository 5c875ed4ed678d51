import { runTour } from './run-tour.mjs';

process.exitCode = runTour(process.argv.slice(2));
