// What is true of the settlement contract after any acts of anyone in any order.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {TestDai} from "contracts/TestDai.sol";
import {X402BatchSettlement} from "contracts/X402BatchSettlement.sol";
import {IX402BatchSettlement as X} from "contracts/interfaces/IX402BatchSettlement.sol";
import {Acts} from "./Acts.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

contract SettlementInvariants {
    Acts private world;
    X402BatchSettlement private settlement;
    X.ChannelConfig[] private configs;
    address[] private people;
    TestDai[2] private tokens;
    /// The most that was ever seen claimed, of each channel.
    mapping(bytes32 id => uint128) private highest;

    function setUp() external {
        world = new Acts();
        settlement = world.settlement();
        people = world.everyone();
        tokens = world.bothTokens();
        X.ChannelConfig[] memory all = world.everyConfig();
        for (uint256 i = 0; i < all.length; ++i) configs.push(all[i]);
    }

    /// Only acts are called, and by one caller: who sends them is part of the act.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(world);
    }

    /// After every act.
    function invariant_settlement() external {
        World.Channel[] memory ledger = world.everyChannel();
        for (uint256 i = 0; i < ledger.length; ++i) _channel(ledger[i]);
        for (uint256 t = 0; t < tokens.length; ++t) _token(tokens[t], ledger);
    }

    /// After the last act of a run.
    function afterInvariant() external {
        _somethingHappened();
        World.Channel[] memory ledger = world.everyChannel();
        for (uint256 i = 0; i < ledger.length; ++i) _wayOut(configs[i], ledger[i]);
    }

    function _channel(World.Channel memory c) private {
        (uint128 balance, uint128 claimed) = settlement.channels(c.id);
        require(claimed <= balance, "no more is claimed than is there");
        require(claimed >= highest[c.id], "totalClaimed never falls");
        highest[c.id] = claimed;
        require(balance == c.balance && claimed == c.claimed, "a channel is what its acts made it");
        require(c.returned + claimed <= c.deposited, "a channel gives no more than it got");
        (uint128 amount, uint40 since) = settlement.pendingWithdrawals(c.id);
        require(amount == c.pending && since == c.pendingSince, "only its payer starts or restarts a withdrawal");
        require((amount == 0) == (since == 0), "a withdrawal is of something");
        require(settlement.refundNonce(c.id) == c.nonce, "every refund has its own nonce");
    }

    function _token(TestDai token, World.Channel[] memory ledger) private view {
        (uint256 escrow, uint256 deposited, uint256 returned) = (0, 0, 0);
        for (uint256 i = 0; i < ledger.length; ++i) {
            if (configs[i].token != address(token)) continue;
            (uint128 balance,) = settlement.channels(ledger[i].id);
            escrow += balance;
            deposited += ledger[i].deposited;
            returned += ledger[i].returned;
        }
        uint256 paid = 0;
        for (uint256 p = 0; p < people.length; ++p) paid += _person(people[p], token);
        uint256 holds = token.balanceOf(address(settlement)) - world.strayed(address(token));
        require(holds == escrow - paid, "tokens held = sum of balances - what was settled");
        require(paid + returned <= deposited, "payouts never exceed deposits");
    }

    /// What was ever paid to someone as a receiver.
    function _person(address person, TestDai token) private view returns (uint256) {
        (uint128 claimed, uint128 settled) = settlement.receivers(person, address(token));
        require(claimed == world.earned(person, address(token)), "a receiver has what was claimed for it");
        require(settled <= claimed, "no receiver is paid more than was claimed for it");
        require(settled == world.settled(person, address(token)), "what a receiver was paid is on record");
        uint256 held = world.held(person, address(token));
        require(token.balanceOf(person) == held, "only payers get refunds, only receivers get claims");
        return settled;
    }

    /// With everyone else silent the payer gets all that is unclaimed: what he asked for already when its time is up,
    /// and the rest one `withdrawDelay` later, which is all it takes when he had asked for nothing.
    function _wayOut(X.ChannelConfig memory config, World.Channel memory c) private {
        uint256 before = TestDai(config.token).balanceOf(config.payer);
        uint256 from = world.time();
        uint256 time = from;
        vm.warp(time);
        if (c.pendingSince != 0) {
            require(c.pendingSince <= time, "a withdrawal is not started in the future");
            uint256 ripe = uint256(c.pendingSince) + config.withdrawDelay;
            if (ripe > time) time = ripe;
            _finalize(config, time);
        }
        (uint128 balance, uint128 claimed) = settlement.channels(c.id);
        if (balance > claimed) {
            vm.prank(config.payer);
            settlement.initiateWithdraw(config, balance - claimed);
            time += config.withdrawDelay;
            _finalize(config, time);
        }
        uint256 limit = uint256(config.withdrawDelay) * (c.pendingSince == 0 ? 1 : 2);
        require(time - from <= limit, "no money is locked for longer than the delay");
        uint256 got = TestDai(config.token).balanceOf(config.payer) - before;
        require(got == c.balance - c.claimed, "the payer gets out all that is unclaimed");
    }

    function _finalize(X.ChannelConfig memory config, uint256 time) private {
        vm.warp(time);
        vm.prank(config.payer);
        settlement.finalizeWithdraw(config);
    }

    /// A walk on which all is refused would prove nothing.
    function _somethingHappened() private view {
        if (world.done("deposit") < 25) return;
        string[6] memory acts =
            ["claim", "claimWithSignature", "settle", "refund", "initiateWithdraw", "finalizeWithdraw"];
        for (uint256 a = 0; a < acts.length; ++a) require(world.done(acts[a]) > 0, acts[a]);
    }
}
