// One alert as a line on the dashboard: what was said, what became of it, and what can be done with it.
import type { AlertInfo } from '../../vocabulary/alerts.js';
import { money, type Unit } from '../shared/money.js';
import type { AlertDesk } from './alerts.js';

export interface Line {
  alert: AlertInfo;
  unit: Unit;
  alerts: AlertDesk;
}

const whys: Partial<Record<NonNullable<AlertInfo['why']>, string>> = {
  approval: 'waits for your word',
  words: 'words',
  link: 'a link',
  small: 'below the minimum',
  muted: 'muted',
  host: 'by you',
};

/** Was it shown? */
function answer({ state, why, overlays, shownAt }: AlertInfo): string {
  if (state === 'shown') return overlays === 1 ? 'shown' : `shown on ${overlays}`;
  if (state === 'missed') return 'missed: no overlay';
  const reason = why && whys[why] ? `: ${whys[why]}` : '';
  return shownAt === null ? `not shown${reason}` : 'cut short';
}

export function Said({ alert, unit }: Pick<Line, 'alert' | 'unit'>) {
  return (
    <div class="alert-said">
      <p>
        <b dir="auto">{alert.name || 'Somebody'}</b>{' '}
        <span class="sum">{alert.n === null ? 'Test' : money(BigInt(alert.amount), unit)}</span>
      </p>
      {alert.message && <p dir="auto">{alert.message}</p>}
    </div>
  );
}

/** How far its money is; with the claim's transaction, where it is known. */
function Paid({ receipt }: Pick<AlertInfo, 'receipt'>) {
  if (!receipt) return null;
  const { state, transaction } = receipt;
  if (state === 'authorized') return <em class="chip paid">✓ authorized</em>;
  return (
    <em class="chip on paid" title={transaction ? `claimed by transaction ${transaction}` : undefined}>
      ✓✓ claimed{transaction && <code>{`${transaction.slice(0, 6)}…${transaction.slice(-4)}`}</code>}
    </em>
  );
}

export function Button({ text, act, testid }: { text: string; act: () => void; testid: string }) {
  return (
    <button type="button" class="quiet small" data-testid={testid} onClick={act}>
      {text}
    </button>
  );
}

function Mute({ alert, alerts }: Pick<Line, 'alert' | 'alerts'>) {
  const { payer } = alert;
  if (!payer) return null;
  return <Button text="Mute" testid="alert-mute" act={() => void alerts.act({ act: 'mute', who: payer })} />;
}

export function Held(line: Line) {
  const { alert, alerts } = line;
  return (
    <li data-testid="alert-held">
      <Said {...line} />
      <div class="row wrap">
        <em class="chip">{(alert.why && whys[alert.why]) ?? 'held'}</em>
        <Button text="Approve" testid="alert-approve" act={() => void alerts.act({ act: 'approve', id: alert.id })} />
        <Button text="Reject" testid="alert-reject" act={() => void alerts.act({ act: 'reject', id: alert.id })} />
        <Mute {...line} />
      </div>
    </li>
  );
}

export function Next(line: Line) {
  const { alert, alerts } = line;
  return (
    <li data-testid="alert-next">
      <Said {...line} />
      <div class="row wrap">
        <Button text="Skip" testid="alert-skip-one" act={() => void alerts.act({ act: 'skip', id: alert.id })} />
        <Mute {...line} />
      </div>
    </li>
  );
}

export function Past(line: Line) {
  const { alert, alerts } = line;
  return (
    <li data-testid="alert-past">
      <Said {...line} />
      <div class="row wrap">
        <em class={alert.state === 'shown' ? 'chip on' : 'chip'}>{answer(alert)}</em>
        <Paid receipt={alert.receipt} />
        <Button text="Replay" testid="alert-replay" act={() => void alerts.act({ act: 'replay', id: alert.id })} />
        <Mute {...line} />
      </div>
    </li>
  );
}
