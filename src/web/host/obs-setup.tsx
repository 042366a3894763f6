// Setting OBS up: what will be made is shown step by step, each part is allowed with a tick, and then it is done.
import { useEffect, useState } from 'preact/hooks';
import type { ObsAllow, ObsMay, ObsPlan, ObsSight, ObsStep, ObsView } from '../../vocabulary/obs.js';
import { cameraText, mayText, type ObsDesk } from './obs.js';
import { Tick } from './obs-tick.js';

const marks: Record<ObsStep['does'], string> = { make: '+', change: '~', fine: '✓', cannot: '!', forbidden: '–' };
const says: Record<ObsStep['does'], string> = {
  make: 'will be made',
  change: 'will be changed',
  fine: 'is right',
  cannot: 'cannot be done',
  forbidden: 'is not allowed',
};

function May({ may, allow, obs }: { may: ObsMay; allow: ObsAllow; obs: ObsDesk }) {
  const set = (on: boolean) => obs.act('allowObs', { [may]: on });
  return <Tick text={mayText[may]} checked={allow[may]} set={set} testid={`obs-may-${may}`} />;
}

function Steps({ steps, of }: { steps: readonly ObsStep[]; of: readonly ObsStep['part'][] }) {
  return (
    <ul>
      {steps
        .filter(({ part }) => of.includes(part))
        .map(({ part, does, text }) => (
          <li key={part} class={does} data-testid={`obs-step-${part}`} data-does={does}>
            <i role="img" aria-label={says[does]}>
              {marks[does]}
            </i>
            <span>{text}</span>
          </li>
        ))}
    </ul>
  );
}

const parts: readonly { may: ObsMay; of: readonly ObsStep['part'][] }[] = [
  { may: 'scene', of: ['scene', 'camera', 'overlay'] },
  { may: 'service', of: ['service'] },
  { may: 'encoder', of: ['encoder'] },
];

function Camera({ sight, camera, set }: { sight: ObsSight; camera: string; set: (kind: string) => void }) {
  return (
    <label>
      Camera
      <select value={camera} data-testid="obs-camera" onChange={(event) => set(event.currentTarget.value)}>
        <option value="">A plain surface, to put yours in place of</option>
        {sight.cameras.map((kind) => (
          <option key={kind} value={kind}>
            {cameraText[kind] ?? kind}
          </option>
        ))}
      </select>
    </label>
  );
}

function Plan({ view, sight, obs, close }: { view: ObsView; sight: ObsSight; obs: ObsDesk; close: () => void }) {
  const [camera, setCamera] = useState('');
  const [plan, setPlan] = useState<ObsPlan | null>(null);
  const look = async () => setPlan(await obs.plan(camera || null));
  const { scene, service, encoder } = view.allow;
  // Looked at again when what is allowed, chosen or there has changed.
  useEffect(() => void look(), [camera, scene, service, encoder, sight.scenes.length, sight.here]);
  if (!plan) return null;
  const todo = plan.steps.filter(({ does }) => does === 'make' || does === 'change').length;
  const open = plan.steps.some(({ does }) => does === 'forbidden');
  const run = async () => {
    const left = await obs.setUp(camera || null, plan.id);
    if (left) setPlan(left);
    else await look();
  };
  return (
    <div class="obs-plan" data-testid="obs-plan">
      <p class="dim">Nothing is done before you press the button below, and only what is ticked.</p>
      {parts.map(({ may, of }) => (
        <div key={may}>
          <May may={may} allow={view.allow} obs={obs} />
          <Steps steps={plan.steps} of={of} />
          {may === 'scene' && plan.steps.some(({ part, does }) => part === 'camera' && does !== 'fine') && (
            <Camera sight={sight} camera={camera} set={setCamera} />
          )}
        </div>
      ))}
      {plan.failed.map((text) => (
        <p key={text} class="wrong">
          {text}
        </p>
      ))}
      <div class="row wrap">
        <button type="button" class="main" data-testid="obs-set-up" disabled={obs.busy || todo === 0} onClick={run}>
          {todo === 0
            ? open
              ? 'Tick what dTok may do'
              : 'All is set up'
            : todo === 1
              ? 'Do this'
              : `Do these ${todo}`}
        </button>
        <button type="button" class="quiet" data-testid="obs-plan-close" onClick={close}>
          Close
        </button>
      </div>
    </div>
  );
}

const others: readonly ObsMay[] = ['stream', 'switch', 'show', 'media', 'text'];

export function SetUp({ view, sight, obs }: { view: ObsView; sight: ObsSight; obs: ObsDesk }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      {!open && (
        <button
          type="button"
          class={sight.here ? 'quiet' : 'main'}
          data-testid="obs-plan-open"
          onClick={() => setOpen(true)}
        >
          {sight.here ? 'Set up again, or mend' : 'Set up OBS for this stream…'}
        </button>
      )}
      {open && <Plan view={view} sight={sight} obs={obs} close={() => setOpen(false)} />}
      <fieldset class="obs-may">
        <legend>dTok may also</legend>
        {others.map((may) => (
          <May key={may} may={may} allow={view.allow} obs={obs} />
        ))}
      </fieldset>
    </>
  );
}
