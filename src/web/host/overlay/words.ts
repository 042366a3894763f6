// What the parts and themes of the overlay are called on the dashboard.
import type { PartName, ThemeName } from '../../../vocabulary/places.js';

export const partWords: Record<PartName, string> = {
  alerts: 'Alerts',
  goal: 'Goal',
  poll: 'Poll',
  prediction: 'Prediction',
  leaderboard: 'Leaderboard',
  ticker: 'Ticker',
  watching: 'Now watching',
  qr: 'QR code to watch',
};

export const themeWords: Record<ThemeName, { name: string; for: string }> = {
  lamp: { name: 'Lamp', for: 'warm and dark' },
  glass: { name: 'Glass', for: 'clean and light' },
  loud: { name: 'Loud', for: 'games and gigs' },
};
