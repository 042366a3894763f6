// The alert queue on the dashboard: what stands, what is next, what waits for the host's word, and what was shown.
import './alerts.css';
import type { AlertInfo, AlertQueue } from '../../vocabulary/alerts.js';
import type { HostStream } from '../../vocabulary/api.js';
import { money, type Unit } from '../shared/money.js';
import { type AlertDesk, useAlerts } from './alerts.js';
import { AlertSettingsForm } from './alerts-settings.js';
import type { Desk } from './desk.js';

interface Line {
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

function Said({ alert, unit }: Pick<Line, 'alert' | 'unit'>) {
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

function Button({ text, act, testid }: { text: string; act: () => void; testid: string }) {
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

function Held(line: Line) {
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

function Next(line: Line) {
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

function Past(line: Line) {
  const { alert, alerts } = line;
  return (
    <li data-testid="alert-past">
      <Said {...line} />
      <div class="row wrap">
        <em class={alert.state === 'shown' ? 'chip on' : 'chip'}>{answer(alert)}</em>
        <Button text="Replay" testid="alert-replay" act={() => void alerts.act({ act: 'replay', id: alert.id })} />
        <Mute {...line} />
      </div>
    </li>
  );
}

function OnStage({ queue, unit, alerts }: { queue: AlertQueue; unit: Unit; alerts: AlertDesk }) {
  const { now, paused } = queue;
  return (
    <div class={now ? 'on-stage lit' : 'on-stage'} data-testid="alert-now">
      <span>{now ? 'On stage' : paused ? 'Paused' : 'Stage is free'}</span>
      {now && <Said alert={now} unit={unit} />}
      <div class="row wrap">
        <button
          type="button"
          class={paused ? 'main' : 'quiet'}
          data-testid="alerts-pause"
          onClick={() => void alerts.act({ act: paused ? 'resume' : 'pause' })}
        >
          {paused ? 'Go on' : 'Pause'}
        </button>
        <button
          type="button"
          class="quiet"
          data-testid="alerts-skip"
          disabled={!now}
          onClick={() => void alerts.act({ act: 'skip' })}
        >
          Skip
        </button>
        <button type="button" class="quiet" data-testid="alerts-test" onClick={() => void alerts.act({ act: 'test' })}>
          Test
        </button>
      </div>
    </div>
  );
}

function Muted({ queue, alerts }: { queue: AlertQueue; alerts: AlertDesk }) {
  if (queue.muted.length === 0) return null;
  return (
    <details>
      <summary>Muted ({queue.muted.length})</summary>
      <ul>
        {queue.muted.map(({ member, name }) => (
          <li key={member} class="row">
            <b class="grow" dir="auto">
              {name || member}
            </b>
            <Button text="Unmute" testid="alert-unmute" act={() => void alerts.act({ act: 'unmute', who: member })} />
          </li>
        ))}
      </ul>
    </details>
  );
}

const nextShown = 5;

export function AlertsCard({ shown, desk, moved }: { shown: HostStream; desk: Desk; moved: unknown }) {
  const alerts = useAlerts(desk, shown.info.id, moved);
  const { queue } = alerts;
  const unit = shown.info.terms.token;
  if (!queue) return null;
  const { waiting, held, past, counts } = queue;
  const line = { unit, alerts };
  return (
    <section class="card alerts">
      <h2>
        Alerts
        <em class={queue.overlays > 0 ? 'chip on' : 'chip'}>
          {queue.overlays === 0 ? 'no overlay: they wait' : `${queue.overlays} on air`}
        </em>
      </h2>
      <OnStage queue={queue} {...line} />
      {held.length > 0 && (
        <>
          <h3>For your word ({counts.held})</h3>
          <ul>
            {held.map((alert) => (
              <Held key={alert.id} alert={alert} {...line} />
            ))}
          </ul>
        </>
      )}
      {waiting.length > 0 && (
        <>
          <h3>Next ({counts.waiting})</h3>
          <ul>
            {waiting.slice(0, nextShown).map((alert) => (
              <Next key={alert.id} alert={alert} {...line} />
            ))}
          </ul>
        </>
      )}
      {past.length > 0 && (
        <details data-testid="alerts-past">
          <summary>Over</summary>
          <ul class="past">
            {past.map((alert) => (
              <Past key={alert.id} alert={alert} {...line} />
            ))}
          </ul>
        </details>
      )}
      <Muted queue={queue} alerts={alerts} />
      <details>
        <summary data-testid="alerts-settings">Settings</summary>
        <AlertSettingsForm settings={queue.settings} alerts={alerts} unit={unit} />
      </details>
    </section>
  );
}
