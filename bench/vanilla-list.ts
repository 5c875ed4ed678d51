import type { Bridge } from '#shared/ipc/bridge.ts';
import type { HistoryPage, TransactionRow } from '#shared/domain/transaction.ts';
import type { Result } from '#shared/errors.ts';

type VanillaOptions = { rowCount: number; pageRows: number; descending: boolean };

/**
 * The anchor: the same list in plain DOM, its row elements used again and again. It runs in the app's page by its
 * source and asks for its first rows as the app does; further rows repeat those, so that scrolling it costs no
 * reading at all. Resolves when the rows are in the document.
 */
export async function showVanillaList({
  rowCount,
  pageRows,
  descending,
}: VanillaOptions): Promise<void> {
  const ROW_PX = 32;
  const COLUMNS = '150px 180px 94px 114px 40px 108px 146px 96px 1fr';
  const { bitpro } = window as unknown as { bitpro: Bridge };
  const question = { filter: {}, sort: { by: 'time', descending } };
  const asked = bitpro.invoke('history.page', { ...question, after: null, limit: pageRows });
  const [answer] = await Promise.all([asked, bitpro.invoke('history.summary', { filter: {} })]);
  const page = answer as Result<HistoryPage>;
  if (!page.ok) throw new Error(page.error.message);
  const { rows } = page.value;

  const list = document.createElement('div');
  list.id = 'vanilla-list';
  const place = document.querySelector('[role=grid]')?.getBoundingClientRect();
  if (!place) throw new Error('There is no list to lie over');
  Object.assign(list.style, {
    position: 'fixed',
    left: `${place.left}px`,
    top: `${place.top}px`,
    width: `${place.width}px`,
    height: `${place.height}px`,
    overflow: 'auto',
    background: 'var(--surface)',
    zIndex: '9',
  });
  const body = document.createElement('div');
  Object.assign(body.style, { position: 'relative', height: `${rowCount * ROW_PX}px` });
  list.append(body);
  document.body.append(list);

  const slots = Math.ceil(list.clientHeight / ROW_PX) + 16;
  const pool = Array.from({ length: slots }, () => {
    const row = document.createElement('div');
    Object.assign(row.style, {
      position: 'absolute',
      left: '0',
      right: '0',
      display: 'grid',
      gridTemplateColumns: COLUMNS,
      alignItems: 'center',
      height: `${ROW_PX}px`,
      borderBottom: '1px solid var(--border)',
    });
    const cells = COLUMNS.split(' ').map(() => {
      const cell = document.createElement('div');
      Object.assign(cell.style, {
        padding: '0 12px',
        overflow: 'hidden',
        whiteSpace: 'nowrap',
        textOverflow: 'ellipsis',
      });
      row.append(cell);
      return cell;
    });
    body.append(row);
    return { row, cells, shows: -1 };
  });

  const textsOf = (row: TransactionRow): string[] => [
    new Date(row.createdAtMs).toISOString().slice(0, 16).replace('T', ' '),
    row.clientLabel,
    row.type,
    (row.amountSats / 1e8).toFixed(8),
    'BTC',
    row.state ?? `${row.confirmations ?? 0} of 6`,
    row.address === null ? '' : `${row.address.slice(0, 6)}…${row.address.slice(-6)}`,
    row.tid,
    row.note,
  ];
  const draw = (): void => {
    const first = Math.max(0, Math.floor(list.scrollTop / ROW_PX) - 8);
    const last = Math.min(rowCount, first + slots);
    for (let index = first; index < last; index += 1) {
      const slot = pool[index % slots];
      const data = rows[index % rows.length];
      if (!slot || !data || slot.shows === index) continue;
      slot.shows = index;
      slot.row.style.transform = `translateY(${index * ROW_PX}px)`;
      for (const [nth, text] of textsOf(data).entries()) {
        const cell = slot.cells[nth];
        if (cell) cell.textContent = text;
      }
    }
  };
  list.addEventListener('scroll', draw, { passive: true });
  draw();
}
