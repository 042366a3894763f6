// How the overlay looks: a live preview to drag its parts on, their switches, the theme, and the host's own CSS.
import './card.css';
import { useState } from 'preact/hooks';
import {
  type PartName,
  partNames,
  type Shape,
  shapes,
  type ThemeName,
  themeNames,
} from '../../../vocabulary/places.js';
import type { HostStream } from '../../../vocabulary/streams.js';
import type { Desk } from '../desk.js';
import { Canvas, placesOf } from './canvas.js';
import { type LookDesk, useLook, withPart } from './look.js';
import { OwnCss } from './own-css.js';
import { partWords, themeWords } from './words.js';

function Themes({ theme, choose }: { theme: ThemeName; choose: (theme: ThemeName) => void }) {
  return (
    <fieldset class="themes">
      <legend>Theme</legend>
      {themeNames.map((name) => (
        <label key={name} class={theme === name ? 'swatch on' : 'swatch'}>
          <input
            type="radio"
            name="overlay-theme"
            checked={theme === name}
            data-testid={`theme-${name}`}
            onChange={() => choose(name)}
          />
          <span class="sample" data-theme={name} aria-hidden="true">
            <b>Ada</b>
            <b>5.00</b>
            <i />
          </span>
          <span>
            {themeWords[name].name} <small>{themeWords[name].for}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** What can be set of the one that is picked. */
function PickedPart({ name, desk, shape }: { name: PartName | null; desk: LookDesk; shape: Shape }) {
  const { look } = desk;
  const place = look && name && placesOf(look, shape)[name];
  if (!look || !name || !place)
    return (
      <p class="dim">All that stands here is made up. Drag a part; by a corner it grows, by an edge it flows anew.</p>
    );
  const at = (scale: number) => withPart(look, name, { [shape]: { ...place, scale } });
  return (
    <div class="picked-part">
      <b>{partWords[name]}</b>
      <label>
        Size
        <input
          type="range"
          min="0.5"
          max="2"
          step="0.05"
          value={place.scale}
          data-testid="part-scale"
          onInput={(event) => desk.preview(at(event.currentTarget.valueAsNumber))}
          onChange={(event) => void desk.save(at(event.currentTarget.valueAsNumber))}
        />
        <span class="figure">{Math.round(place.scale * 100)} %</span>
      </label>
      <button
        type="button"
        class="quiet small"
        data-testid="part-reset"
        disabled={look.parts[name][shape] === null}
        onClick={() => void desk.save(withPart(look, name, { [shape]: null }))}
      >
        Back to default
      </button>
    </div>
  );
}

interface PartNeeds {
  name: PartName;
  desk: LookDesk;
  picked: boolean;
  pick: () => void;
}

function PartRow({ name, desk, picked, pick }: PartNeeds) {
  const { look } = desk;
  if (!look) return null;
  const { on } = look.parts[name];
  return (
    <li class={picked ? 'picked' : ''}>
      <label class="switch">
        <input
          type="checkbox"
          role="switch"
          aria-checked={on}
          checked={on}
          data-testid={`part-on-${name}`}
          onChange={() => {
            void desk.save(withPart(look, name, { on: !on }));
            if (!on) pick();
          }}
        />
        <span>{partWords[name]}</span>
      </label>
      {on && !picked && (
        <button
          type="button"
          class="quiet small"
          aria-label={`Change ${partWords[name]}`}
          data-testid={`part-pick-${name}`}
          onClick={pick}
        >
          Change
        </button>
      )}
    </li>
  );
}

function Bar({
  desk,
  shape,
  setShape,
  safe,
  setSafe,
}: {
  desk: LookDesk;
  shape: Shape;
  setShape: (shape: Shape) => void;
  safe: boolean;
  setSafe: (safe: boolean) => void;
}) {
  const { look } = desk;
  const moved = look ? partNames.filter((name) => look.parts[name][shape] !== null) : [];
  const reset = () => {
    if (look) void desk.save(moved.reduce((next, name) => withPart(next, name, { [shape]: null }), look));
  };
  return (
    <div class="row wrap bar">
      <button
        type="button"
        class="quiet small"
        data-testid="look-undo"
        disabled={!desk.undo}
        onClick={() => desk.undo?.()}
      >
        Undo
      </button>
      <button type="button" class="quiet small" data-testid="look-reset" disabled={moved.length === 0} onClick={reset}>
        All back to default
      </button>
      <label class="check">
        <input type="checkbox" checked={safe} onChange={() => setSafe(!safe)} />
        Safe margins
      </label>
      <fieldset class="shapes" aria-label="Canvas">
        {shapes.map((one) => (
          <button
            key={one}
            type="button"
            class="quiet small"
            aria-pressed={one === shape}
            data-testid={`shape-${one}`}
            onClick={() => setShape(one)}
          >
            {one === 'wide' ? '16 : 9' : '9 : 16'}
          </button>
        ))}
      </fieldset>
    </div>
  );
}

export function OverlayCard({ shown, desk: host }: { shown: HostStream; desk: Desk }) {
  const stream = shown.info.id;
  const desk = useLook(host, stream);
  const [shape, setShape] = useState<Shape>('wide');
  const [picked, pick] = useState<PartName | null>(null);
  const [safe, setSafe] = useState(true);
  const { look } = desk;
  if (!look) return null;
  return (
    <section class="card overlay-card" data-testid="overlay-card">
      <h2>
        Overlay
        <em class={shown.overlays > 0 ? 'chip on' : 'chip'}>
          {shown.overlays === 0 ? 'not in OBS yet' : 'changes are on air at once'}
        </em>
      </h2>
      <Bar desk={desk} shape={shape} setShape={setShape} safe={safe} setSafe={setSafe} />
      <Canvas
        {...{ stream, look, shape, picked, pick, safe }}
        preview={desk.preview}
        save={(next) => void desk.save(next)}
      />
      <PickedPart name={picked} desk={desk} shape={shape} />
      <ul class="part-list">
        {partNames.map((name) => (
          <PartRow key={name} {...{ name, desk }} picked={picked === name} pick={() => pick(name)} />
        ))}
      </ul>
      <Themes theme={look.theme} choose={(theme) => void desk.save({ ...look, theme })} />
      <OwnCss desk={desk} />
    </section>
  );
}
