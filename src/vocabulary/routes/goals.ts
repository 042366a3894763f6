// The routes of goals, boards and shows.
import { z } from 'zod';
import { Goal, GoalWish, Leaderboard, LeaderboardQuery, Streaks, StreaksQuery } from '../goals.js';
import { HostShowQuery, ShowList, ShowName, ShowSettings, ShowSettingsPatch, ShowSummary } from '../shows.js';
import { type Route, stream } from './route.js';

export const goalRoutes = {
  getGoal: {
    method: 'get',
    path: '/api/streams/{stream}/goal',
    summary: 'The stream’s goal and how near it is',
    who: 'anyone',
    params: stream,
    answer: z.object({ goal: Goal.nullable() }).meta({ id: 'GoalAnswer' }),
  },
  setGoal: {
    method: 'post',
    path: '/api/host/streams/{stream}/goal',
    summary: 'Set a goal, in place of the one there was; it counts from now on',
    who: 'host',
    params: stream,
    body: GoalWish,
    answer: Goal,
  },
  clearGoal: {
    method: 'post',
    path: '/api/host/streams/{stream}/goal/clear',
    summary: 'Take the goal away',
    who: 'host',
    params: stream,
    answer: z.object({ goal: z.null() }).meta({ id: 'NoGoal' }),
  },
  getLeaderboard: {
    method: 'get',
    path: '/api/streams/{stream}/leaderboard',
    summary: 'Who tipped most in this show, in the last hour, today, or ever',
    who: 'anyone',
    params: stream,
    query: LeaderboardQuery,
    csv: true,
    answer: Leaderboard,
  },
  getStreaks: {
    method: 'get',
    path: '/api/streams/{stream}/streaks',
    summary: 'Who was there in how many shows in a row',
    who: 'anyone',
    params: stream,
    query: StreaksQuery,
    csv: true,
    answer: Streaks,
  },
  getShow: {
    method: 'get',
    path: '/api/streams/{stream}/shows/{show}',
    summary: 'How a show goes or went: the number of one, or the last',
    who: 'anyone',
    params: stream.extend({ show: ShowName }),
    answer: ShowSummary,
  },
  listShows: {
    method: 'get',
    path: '/api/host/streams/{stream}/shows',
    summary: 'The newest thirty shows with what each earned, and what everybody may know of them',
    who: 'host',
    params: stream,
    answer: ShowList,
  },
  patchShows: {
    method: 'patch',
    path: '/api/host/streams/{stream}/shows',
    summary: 'Say whether summaries of shows name who tipped, and tell what was earned',
    who: 'host',
    params: stream,
    body: ShowSettingsPatch,
    answer: ShowSettings,
  },
  hostShow: {
    method: 'get',
    path: '/api/host/streams/{stream}/shows/{show}',
    summary: 'How a show went, with all that the host may know; as CSV by payer or by minute',
    who: 'host',
    params: stream.extend({ show: ShowName }),
    query: HostShowQuery,
    csv: true,
    answer: ShowSummary,
  },
} as const satisfies Record<string, Route>;
