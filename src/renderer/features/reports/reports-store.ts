import { createStore, useStore } from 'zustand';
import type { ReportKind, ReportProgress, SpreadsheetForm } from '#shared/domain/report.ts';
import { call, listen } from '../../lib/ipc.ts';
import { perProfile } from '../../lib/per-profile.ts';

export type ReportForm = {
  report: ReportKind;
  days: { fromDay: string; toDay: string };
  timeZone: string;
  /** Empty for all clients. */
  clientUid: string;
  /** Null: no copy for spreadsheets. */
  spreadsheet: SpreadsheetForm | null;
};

export type ReportsState = {
  /** Null until the operator's zone is known. */
  form: ReportForm | null;
  /** The last report, running or ended. */
  job: ReportProgress | null;
  startedAtMs: number;
  error: string | null;
  starting: boolean;
  setForm: (form: ReportForm) => void;
  start: (form: ReportForm) => Promise<void>;
  cancel: () => Promise<void>;
};

export function createReportsStore() {
  return createStore<ReportsState>((set, get) => {
    // For as long as the app runs: a report goes on while its page is left.
    listen('report.progress', (progress) => {
      if (get().job?.jobId === progress.jobId) set({ job: progress });
    });
    return {
      form: null,
      job: null,
      startedAtMs: 0,
      error: null,
      starting: false,
      setForm: (form) => set({ form }),

      async start({ report, days, timeZone, clientUid, spreadsheet }) {
        set({ starting: true, error: null });
        const result = await call('reports.start', {
          report,
          ...days,
          timeZone,
          ...(clientUid === '' || report === 'rates' ? {} : { clientUid }),
          ...(spreadsheet === null ? {} : { spreadsheet }),
        });
        set({ starting: false });
        // An earlier report beside that would be taken for this one.
        if (!result.ok) return set({ job: null, error: result.error.message });
        // Null: the operator closed the file dialog, so what was there before stays.
        if (result.value !== null) set({ job: result.value, startedAtMs: Date.now() });
      },

      async cancel() {
        const { job } = get();
        if (job?.state !== 'running') return;
        const result = await call('reports.cancel', { jobId: job.jobId });
        if (!result.ok) set({ error: result.error.message });
      },
    };
  });
}

const useReportsStore = perProfile(createReportsStore);

export function useReports(): ReportsState {
  return useStore(useReportsStore());
}
