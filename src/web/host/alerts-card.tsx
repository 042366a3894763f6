// The alert queue on the dashboard: what stands, what is next, what waits for the host's word, and what was shown.
import './alerts.css';
import type { AlertQueue } from '../../vocabulary/alerts.js';
import type { HostStream } from '../../vocabulary/streams.js';
import { money, type Unit } from '../shared/money.js';
import { type AlertDesk, useAlerts, useUploads } from './alerts.js';
import { Button, Held, Next, Past, Said } from './alerts-lines.js';
import { AlertSettingsForm } from './alerts-settings.js';
import { OwnFiles } from './alerts-uploads.js';
import type { Desk } from './desk.js';

function OnStage({ queue, unit, alerts }: { queue: AlertQueue; unit: Unit; alerts: AlertDesk }) {
  const { now, paused, together } = queue;
  return (
    <div class={now ? 'on-stage lit' : 'on-stage'} data-testid="alert-now">
      <span>{now ? 'On stage' : paused ? 'Paused' : 'Stage is free'}</span>
      {now && <Said alert={now} unit={unit} />}
      {together && together.tips > 1 && (
        <p class="dim">
          as one of {together.tips} tips of {together.people} people: {money(BigInt(together.amount), unit)}
        </p>
      )}
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
  const uploads = useUploads(desk);
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
          {queue.overlays === 0
            ? 'no overlay: they wait'
            : queue.overlays === 1
              ? '1 overlay'
              : `${queue.overlays} overlays`}
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
        <summary data-testid="alerts-settings">Look, sound and settings</summary>
        <AlertSettingsForm settings={queue.settings} alerts={alerts} uploads={uploads} unit={unit} />
        <OwnFiles uploads={uploads} />
      </details>
    </section>
  );
}
