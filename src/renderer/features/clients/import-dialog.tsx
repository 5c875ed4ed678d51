import { useRef, useState, type ReactNode } from 'react';
import type { ImportLine } from '#shared/domain/client.ts';
import { visibleText } from '#shared/text.ts';
import { Named } from '../../components/named.tsx';
import { Banner } from '../../components/banner.tsx';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Table, Td, Th, THead, Tr } from '../../components/table.tsx';
import { Select } from '../../components/select.tsx';
import { toast } from '../../components/toasts.tsx';
import {
  decodeText,
  detectEncoding,
  encodingNames,
  encodings,
  type Encoding,
} from '../../lib/decode-text.ts';
import { formatCount, plural } from '../../lib/format.ts';
import { call } from '../../lib/ipc.ts';
import css from './clients.module.css';

type ImportDialogProps = { open: boolean; onOpenChange: (open: boolean) => void };

export function ImportDialog({ open, onOpenChange }: ImportDialogProps): ReactNode {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Import UIDs"
      description="A CSV file with a uid on each line, and a label beside it if you like. Nothing is imported before you have seen it."
      width={640}
    >
      <ImportForm onDone={() => onOpenChange(false)} />
    </Dialog>
  );
}

/** What main takes at most; a list of uids is far below. */
const MAX_FILE_CHARS = 5_000_000;
/** A character takes at most so many bytes. A larger file is not even read: it would fill the window's memory. */
const MAX_FILE_BYTES = 4 * MAX_FILE_CHARS;
const TOO_LARGE = 'This file is too large to be a list of uids.';
/** Main checks and takes up so many without making anything else wait. */
const IMPORTED_AT_ONCE = 1000;
/** More would only be scrolled past; problems come first. */
const SHOWN_LINES = 200;

/** A file as it was chosen, and how its bytes are read: detected, or as the operator says. */
type ChosenFile = { name: string; bytes: Uint8Array; encoding: Encoding };

const encodingChoices = encodings.map((value) => ({ value, label: encodingNames[value] }));

function ImportForm({ onDone }: { onDone: () => void }): ReactNode {
  const [file, setFile] = useState<ChosenFile | null>(null);
  const [lines, setLines] = useState<ImportLine[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [importing, setImporting] = useState(false);
  /** What was asked for last: a file that is being fetched, or one that is being read. */
  const latest = useRef<File | ChosenFile | null>(null);
  const good = lines?.filter((line) => line.problem === null) ?? [];

  const choose = async (input: HTMLInputElement): Promise<void> => {
    const chosen = input.files?.[0];
    if (!chosen) return;
    latest.current = chosen;
    setLines(null);
    setFile(null);
    try {
      if (chosen.size > MAX_FILE_BYTES) return setError(TOO_LARGE);
      const bytes = new Uint8Array(await chosen.arrayBuffer());
      if (latest.current !== chosen) return;
      await read({ name: chosen.name, bytes, encoding: detectEncoding(bytes) });
    } catch {
      setError('This file could not be read. Choose it again.');
    } finally {
      // The same file, mended, is chosen anew only where the field does not hold it any more.
      input.value = '';
    }
  };

  const read = async (chosen: ChosenFile): Promise<void> => {
    latest.current = chosen;
    setFile(chosen);
    setLines(null);
    const csv = decodeText(chosen.bytes, chosen.encoding);
    if (csv.length > MAX_FILE_CHARS) return setError(TOO_LARGE);
    if (csv.includes('\0'))
      return setError('This file is no text. Save the list as CSV or as Unicode text.');
    const result = await call('clients.previewImport', { csv });
    if (latest.current !== chosen) return;
    setError(result.ok ? null : result.error.message);
    if (result.ok) setLines(result.value);
  };

  const importAll = async (): Promise<void> => {
    setImporting(true);
    let imported = 0;
    for (let at = 0; at < good.length; at += IMPORTED_AT_ONCE) {
      const batch = good.slice(at, at + IMPORTED_AT_ONCE);
      const result = await call('clients.import', {
        lines: batch.map(({ uid, label }) => ({ uid, label })),
      });
      if (!result.ok) {
        setImporting(false);
        const before =
          imported === 0 ? '' : ` ${plural(imported, 'client')} before it stay imported.`;
        return setError(`${result.error.message}${before}`);
      }
      imported += result.value.imported;
    }
    setImporting(false);
    toast.show({
      tone: 'success',
      title: `${plural(imported, 'client')} imported`,
      text: 'Their balances and histories are read now.',
    });
    onDone();
  };

  return (
    <div className={css['form']}>
      <input
        type="file"
        aria-label="CSV file"
        accept=".csv,.txt,text/csv,text/plain"
        className={css['file']}
        onChange={(event) => void choose(event.currentTarget)}
      />
      {file !== null && (
        <div className={css['chosen']}>
          <span>
            <Named>{visibleText(file.name)}</Named>, read as
          </span>
          <Select
            label="Encoding"
            hideLabel
            items={encodingChoices}
            value={file.encoding}
            onChange={(encoding) => void read({ ...file, encoding })}
          />
        </div>
      )}
      {error !== null && <Banner tone="danger" title={error} />}
      {lines !== null && <Preview lines={lines} />}
      <div className={css['buttons']}>
        <Button onClick={onDone}>Cancel</Button>
        <Button
          variant="primary"
          disabled={good.length === 0}
          loading={importing}
          onClick={() => void importAll()}
        >
          {good.length === 0 ? 'Import clients' : `Import ${plural(good.length, 'client')}`}
        </Button>
      </div>
    </div>
  );
}

function Preview({ lines }: { lines: readonly ImportLine[] }): ReactNode {
  const bad = lines.filter((line) => line.problem !== null);
  const shown = [...bad, ...lines.filter((line) => line.problem === null)].slice(0, SHOWN_LINES);
  return (
    <>
      <p>
        {plural(lines.length - bad.length, 'line')} can be imported
        {bad.length > 0 && `, ${formatCount(bad.length)} cannot and will be left out`}.
      </p>
      <div className={css['preview']}>
        <Table label="Lines of the file">
          <THead>
            <Th numeric>Line</Th>
            <Th>UID</Th>
            <Th>Label</Th>
            <Th>Problem</Th>
          </THead>
          <tbody>
            {shown.map((line) => (
              <Tr key={line.line}>
                <Td numeric muted>
                  {line.line}
                </Td>
                <Td>
                  <Named>{visibleText(line.uid)}</Named>
                </Td>
                <Td muted>
                  <Named>{visibleText(line.label)}</Named>
                </Td>
                <Td>
                  <span className={css['problem']}>{line.problem}</span>
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      </div>
      {lines.length > SHOWN_LINES && (
        <p className={css['unnamed']}>
          The first {formatCount(SHOWN_LINES)} of {formatCount(lines.length)} lines are shown, those
          with a problem first.
        </p>
      )}
    </>
  );
}
