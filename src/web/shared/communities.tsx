// Where a stream's people talk: links to the platforms, by their names.
import type { StreamInfo } from '../../vocabulary/streams.js';

const names: Record<StreamInfo['communities'][number]['platform'], string> = {
  discord: 'Discord',
  telegram: 'Telegram',
};

export function Communities({ of }: { of: StreamInfo['communities'] }) {
  if (of.length === 0) return null;
  return (
    <p class="talk" data-testid="communities">
      {of.map(({ platform, url }) => (
        <a key={platform} href={url} target="_blank" rel="noopener noreferrer" data-testid={`community-${platform}`}>
          Talk on {names[platform]}
        </a>
      ))}
    </p>
  );
}
