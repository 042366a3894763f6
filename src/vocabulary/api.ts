// What a person or program may ask over HTTP: every route, and the types of what it takes and answers.
import type { z } from 'zod';
import { channelRoutes } from './routes/channels.js';
import { chatRoutes } from './routes/chat.js';
import { goalRoutes } from './routes/goals.js';
import { hostRoutes } from './routes/host.js';
import { linkRoutes } from './routes/links.js';
import { overlayRoutes } from './routes/overlay.js';
import { pollRoutes } from './routes/polls.js';
import type { Route } from './routes/route.js';
import { watchingRoutes } from './routes/watching.js';

export const routes = {
  ...watchingRoutes,
  ...pollRoutes,
  ...channelRoutes,
  ...chatRoutes,
  ...hostRoutes,
  ...overlayRoutes,
  ...goalRoutes,
  ...linkRoutes,
} as const satisfies Record<string, Route>;
export type RouteName = keyof typeof routes;

type Out<T> = T extends z.ZodType ? z.infer<T> : undefined;
type In<T> = T extends z.ZodType ? z.input<T> : undefined;
type Shape<N extends RouteName, K extends string> = (typeof routes)[N] extends Record<K, infer T> ? T : undefined;
/** Parsed path parameters, parsed body and answer of a route; `Sent` is the body as a client writes it. */
export type Params<N extends RouteName> = Out<Shape<N, 'params'>>;
export type Body<N extends RouteName> = (typeof routes)[N] extends { file: number }
  ? Uint8Array
  : Out<Shape<N, 'body'>>;
export type Query<N extends RouteName> = Out<Shape<N, 'query'>>;
export type Sent<N extends RouteName> = (typeof routes)[N] extends { file: number } ? Uint8Array : In<Shape<N, 'body'>>;
export type Answer<N extends RouteName> = z.infer<(typeof routes)[N]['answer']>;
