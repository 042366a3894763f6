// The routes by which the host says which chat accounts are his.
import type { Hosts } from '../bots/index.js';
import type { Handlers } from './mount.js';

type Routes = Pick<Handlers, 'issueChatCode' | 'listChatAccounts' | 'removeChatAccount'>;

export function createHostChatHandlers(hosts: Hosts): Routes {
  return {
    issueChatCode: hosts.issue,
    listChatAccounts: hosts.list,
    removeChatAccount: async ({ body }) => {
      await hosts.remove(body);
      return hosts.list();
    },
  };
}
