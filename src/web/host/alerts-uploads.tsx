// Choosing an alert's sound or picture: one of ours, one of the host's own files, or a new file.
import { useRef } from 'preact/hooks';
import { type Asset, pictures, sounds } from '../../vocabulary/alert-looks.js';
import { createEars } from '../shared/alert/ears.js';
import { pictureUrl } from '../shared/alert/pictures.js';
import type { Uploads } from './alerts.js';

export const ears = createEars();

const ours = { sound: sounds, picture: pictures };
const accepts = {
  sound: '.mp3,.ogg,.oga,.opus,.wav,audio/mpeg,audio/ogg,audio/wav',
  picture: '.png,.jpg,.jpeg,.gif,.webp,.webm,image/png,image/jpeg,image/gif,image/webp,video/webm',
};
const capital = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

export function Thumb({ picture }: { picture: string }) {
  const url = pictureUrl(picture);
  if (!url) return null;
  if (picture.endsWith('.webm')) return <video class="thumb" src={url} autoplay muted loop playsInline />;
  return <img class="thumb" src={url} alt="" />;
}

export function Chooser(wish: {
  kind: Asset['kind'];
  label: string;
  value: string;
  uploads: Uploads;
  set: (value: string) => void;
  testid: string;
}) {
  const { kind, label, value, uploads, set, testid } = wish;
  const file = useRef<HTMLInputElement>(null);
  const own = uploads.all.filter((asset) => asset.kind === kind);
  const gone = !(ours[kind] as readonly string[]).includes(value) && !own.some(({ id }) => id === value);
  const bring = async (input: HTMLInputElement) => {
    const [chosen] = input.files ?? [];
    const made = chosen && (await uploads.add(chosen));
    input.value = '';
    if (made?.kind === kind) set(made.id);
  };
  return (
    <div class="chooser">
      <label>
        {label}
        <select value={value} data-testid={testid} onChange={(event) => set(event.currentTarget.value)}>
          {ours[kind].map((name) => (
            <option key={name} value={name}>
              {capital(name)}
            </option>
          ))}
          {own.length > 0 && (
            <optgroup label="Yours">
              {own.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </optgroup>
          )}
          {gone && <option value={value}>A file that is gone</option>}
        </select>
      </label>
      <button type="button" class="quiet" onClick={() => file.current?.click()}>
        Upload
      </button>
      <input
        ref={file}
        class="file"
        type="file"
        aria-label={`Upload a ${kind}`}
        data-testid={`${testid}-file`}
        accept={accepts[kind]}
        onChange={(event) => void bring(event.currentTarget)}
      />
    </div>
  );
}

const size = (bytes: number): string =>
  bytes >= 1024 * 1024 ? `${(bytes / 1024 / 1024).toFixed(1)} MB` : `${Math.ceil(bytes / 1024)} KB`;

/** What the host brought, to delete what is not used any more. */
export function OwnFiles({ uploads }: { uploads: Uploads }) {
  if (uploads.all.length === 0) return null;
  return (
    <details class="own-files">
      <summary data-testid="own-files">Your sounds and pictures ({uploads.all.length})</summary>
      <ul>
        {uploads.all.map(({ id, kind, name, bytes }) => (
          <li key={id} class="row" data-testid="own-file">
            {kind === 'picture' ? <Thumb picture={id} /> : null}
            <b class="grow" dir="auto">
              {name}
            </b>
            <span class="dim">{size(bytes)}</span>
            {kind === 'sound' && (
              <button type="button" class="quiet small" onClick={() => ears.play(id, 60)}>
                Play
              </button>
            )}
            <button type="button" class="quiet small" data-testid="own-delete" onClick={() => void uploads.remove(id)}>
              Delete
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
