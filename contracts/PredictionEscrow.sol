// Predictions whose stakes are vouchers to this contract: it holds them, shares them out, and nobody else can touch them.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IPredictionEscrow} from "./interfaces/IPredictionEscrow.sol";
import {IX402BatchSettlement} from "./interfaces/IX402BatchSettlement.sol";

/// @dev Has neither owner nor upgrade. It is receiver *and* receiver authorizer of every stake's channel, so a voucher
/// can be claimed by {stake} alone. For every token: what it holds, and what the settlement contract still has for it,
/// is at least the stakes of all markets less what these have paid.
contract PredictionEscrow is IPredictionEscrow, Multicall, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// How far {reckon} has come with a mark, and the shares so far.
    struct Progress {
        uint64 next;
        uint128 shared;
    }

    uint8 public constant MAX_OUTCOMES = 10;
    uint16 public constant MAX_FEE_BPS = 2_000;
    uint40 public constant MAX_OPEN = 30 days;
    uint40 public constant MAX_RESOLVE = 30 days;
    uint32 public constant MIN_DISPUTE = 1 minutes;
    uint32 public constant MAX_DISPUTE = 7 days;
    /// The shortest that the settlement contract takes: nothing waits in these channels.
    uint40 public constant WITHDRAW_DELAY = 15 minutes;

    IX402BatchSettlement public immutable override settlement;

    mapping(bytes32 id => Terms) private _terms;
    mapping(bytes32 id => State) private _states;
    mapping(bytes32 id => Stake[]) private _stakes;
    mapping(bytes32 id => Mark) private _marks;
    mapping(bytes32 id => mapping(uint8 outcome => uint128)) public override stakedOn;
    mapping(bytes32 id => mapping(uint128 remainder => mapping(uint64 index => Progress))) private _progress;

    constructor(IX402BatchSettlement settlement_) {
        settlement = settlement_;
    }

    // ------------------------------------------------------------------------------------------------ a market's life

    /// @inheritdoc IPredictionEscrow
    function open(Terms calldata terms) external override returns (bytes32 id) {
        id = idOf(terms);
        if (_terms[id].host != address(0)) revert AlreadyOpened(id);
        if (!_valid(terms)) revert InvalidTerms();
        _terms[id] = terms;
        emit MarketOpened(id, terms);
    }

    /// @inheritdoc IPredictionEscrow
    function stake(Order calldata order) external override nonReentrant returns (uint64 index) {
        bytes32 id = order.market;
        _require(id, Phase.Open);
        _requireStakeable(_terms[id], order);
        bytes32 channelId = _claim(order);

        State storage state = _states[id];
        index = state.count++;
        state.pot += order.amount;
        stakedOn[id][order.outcome] += order.amount;
        _stakes[id].push(Stake(order.amount, order.outcome, false, order.payer));
        emit Staked(id, order.payer, index, order.outcome, order.amount, channelId);
    }

    /// @inheritdoc IPredictionEscrow
    function lock(bytes32 id) external override {
        _require(id, Phase.Open);
        if (msg.sender != _terms[id].resolver) revert NotResolver(id);
        _states[id].locked = true;
        emit MarketLocked(id);
    }

    /// @inheritdoc IPredictionEscrow
    function resolve(bytes32 id, uint8 winner) external override {
        State storage state = _states[id];
        if (state.finalAt == 0) _require(id, Phase.Locked);
        else _require(id, Phase.Resolved);
        Terms storage terms = _terms[id];
        if (msg.sender != terms.resolver) revert NotResolver(id);
        if (winner >= terms.outcomes) revert UnknownOutcome(winner);
        if (state.finalAt == 0) {
            if (block.timestamp >= terms.resolveBy) revert Overdue(id);
        } else {
            if (state.corrected) revert AlreadyCorrected(id);
            state.corrected = true;
        }
        state.winner = winner;
        state.finalAt = uint40(block.timestamp) + terms.disputeSeconds;
        emit MarketResolved(id, winner, state.finalAt);
    }

    /// @inheritdoc IPredictionEscrow
    function cancel(bytes32 id) external override {
        Phase phase = phaseOf(id);
        if (phase == Phase.None || phase >= Phase.Final) revert WrongPhase(id, phase);
        Terms storage terms = _terms[id];
        bool overdue = phase == Phase.Locked && block.timestamp >= terms.resolveBy;
        if (msg.sender != terms.host && msg.sender != terms.resolver && !overdue) revert NotCrew(id);
        _states[id].cancelled = true;
        emit MarketCancelled(id, msg.sender);
    }

    // ------------------------------------------------------------------------------------------------ paying out

    /// @inheritdoc IPredictionEscrow
    function reckon(bytes32 id, Mark calldata mark, uint256 count) external override {
        _require(id, Phase.Final);
        State storage state = _states[id];
        if (state.reckoned) revert AlreadyReckoned(id);
        if (_refunds(id)) revert NothingToShare(id);

        Progress storage progress = _progress[id][mark.remainder][mark.index];
        Progress memory now_ = progress;
        uint256 left = state.count - now_.next;
        uint64 end = now_.next + uint64(Math.min(count, left));
        (uint256 net, uint256 winning, uint8 winner) = (state.pot - feeOf(id), stakedOn[id][state.winner], state.winner);
        for (; now_.next < end; ++now_.next) {
            Stake storage one = _stakes[id][now_.next];
            if (one.outcome == winner) now_.shared += _share(net, one.amount, winning, now_.next, mark);
        }
        progress.next = now_.next;
        progress.shared = now_.shared;
        if (end < state.count) return;
        if (now_.shared != net) revert WrongMark(id);
        state.reckoned = true;
        _marks[id] = mark;
        emit MarketReckoned(id, mark);
    }

    /// @inheritdoc IPredictionEscrow
    function payout(bytes32 id, uint256[] calldata indexes) external override nonReentrant {
        Phase phase = phaseOf(id);
        if (phase < Phase.Final) revert WrongPhase(id, phase);
        bool refunds = _refunds(id);
        if (!refunds && !_states[id].reckoned) revert NotReckoned(id);
        address token = _terms[id].token;
        settlement.settle(address(this), token);
        for (uint256 i = 0; i < indexes.length; ++i) _pay(id, indexes[i], refunds, token);
    }

    /// @inheritdoc IPredictionEscrow
    function payFee(bytes32 id) external override nonReentrant {
        _require(id, Phase.Final);
        State storage state = _states[id];
        uint128 fee = feeOf(id);
        if (fee == 0 || state.feePaid) revert NoFee(id);
        state.feePaid = true;
        Terms storage terms = _terms[id];
        emit FeePaid(id, terms.host, fee);
        settlement.settle(address(this), terms.token);
        IERC20(terms.token).safeTransfer(terms.host, fee);
    }

    /// @inheritdoc IPredictionEscrow
    function release(bytes32 id, uint8 outcome, address payer, address payerAuthorizer, bytes32 nonce)
        external
        override
        nonReentrant
    {
        IX402BatchSettlement.ChannelConfig memory config = channelOf(id, outcome, payer, payerAuthorizer, nonce);
        (uint128 balance, uint128 claimed) = settlement.channels(settlement.getChannelId(config));
        if (claimed == 0) {
            Phase phase = phaseOf(id);
            if (phase <= Phase.Open) revert WrongPhase(id, phase);
        }
        settlement.refund(config, balance - claimed);
    }

    // ------------------------------------------------------------------------------------------------ readers

    /// @inheritdoc IPredictionEscrow
    function channelOf(bytes32 id, uint8 outcome, address payer, address payerAuthorizer, bytes32 nonce)
        public
        view
        override
        returns (IX402BatchSettlement.ChannelConfig memory)
    {
        bytes32 salt = keccak256(abi.encode(id, outcome, nonce));
        return IX402BatchSettlement.ChannelConfig(
            payer, payerAuthorizer, address(this), address(this), _terms[id].token, WITHDRAW_DELAY, salt
        );
    }

    function idOf(Terms calldata terms) public pure override returns (bytes32) {
        return keccak256(abi.encode(terms));
    }

    function termsOf(bytes32 id) external view override returns (Terms memory) {
        return _terms[id];
    }

    function stateOf(bytes32 id) external view override returns (State memory) {
        return _states[id];
    }

    function stakeAt(bytes32 id, uint256 index) external view override returns (Stake memory) {
        if (index >= _stakes[id].length) revert NoSuchStake(index);
        return _stakes[id][index];
    }

    /// @inheritdoc IPredictionEscrow
    function page(bytes32 id, uint256 start, uint256 limit) external view override returns (Stake[] memory found) {
        uint256 count = _stakes[id].length;
        uint256 left = start < count ? count - start : 0;
        found = new Stake[](Math.min(left, limit));
        for (uint256 i = 0; i < found.length; ++i) found[i] = _stakes[id][start + i];
    }

    function phaseOf(bytes32 id) public view override returns (Phase) {
        Terms storage terms = _terms[id];
        State storage state = _states[id];
        if (terms.host == address(0)) return Phase.None;
        if (state.cancelled) return Phase.Cancelled;
        if (state.finalAt != 0) return block.timestamp < state.finalAt ? Phase.Resolved : Phase.Final;
        return state.locked || block.timestamp >= terms.lockAt ? Phase.Locked : Phase.Open;
    }

    /// @inheritdoc IPredictionEscrow
    /// @dev On what the losers staked, so no winner gets less than the own stake; none when all is refunded.
    function feeOf(bytes32 id) public view override returns (uint128) {
        if (_states[id].finalAt == 0 || _refunds(id)) return 0;
        uint256 lost = _states[id].pot - stakedOn[id][_states[id].winner];
        return uint128(lost * _terms[id].feeBps / 10_000);
    }

    // ------------------------------------------------------------------------------------------------ how

    function _valid(Terms calldata terms) private view returns (bool) {
        return terms.host != address(0) && terms.resolver != address(0) && terms.token != address(0)
            && terms.outcomes >= 2 && terms.outcomes <= MAX_OUTCOMES && terms.feeBps <= MAX_FEE_BPS
            && terms.lockAt > block.timestamp && terms.lockAt <= block.timestamp + MAX_OPEN
            && terms.resolveBy > terms.lockAt && terms.resolveBy - terms.lockAt <= MAX_RESOLVE
            && terms.disputeSeconds >= MIN_DISPUTE && terms.disputeSeconds <= MAX_DISPUTE && terms.minStake > 0;
    }

    function _require(bytes32 id, Phase wanted) private view {
        Phase phase = phaseOf(id);
        if (phase != wanted) revert WrongPhase(id, phase);
    }

    function _requireStakeable(Terms storage terms, Order calldata order) private view {
        (address host, address resolver) = (terms.host, terms.resolver);
        if (order.payer == host || order.payer == resolver) revert CrewMayNotStake(order.payer);
        if (order.payerAuthorizer == host || order.payerAuthorizer == resolver) {
            revert CrewMayNotStake(order.payerAuthorizer);
        }
        if (order.outcome >= terms.outcomes) revert UnknownOutcome(order.outcome);
        if (order.amount < terms.minStake) revert StakeTooSmall(terms.minStake);
    }

    /// @dev The collector is anyone's code, and runs inside; it finds every door here shut.
    function _claim(Order calldata order) private returns (bytes32 channelId) {
        IX402BatchSettlement.ChannelConfig memory config =
            channelOf(order.market, order.outcome, order.payer, order.payerAuthorizer, order.nonce);
        channelId = settlement.getChannelId(config);
        (, uint128 claimed) = settlement.channels(channelId);
        if (claimed != 0) revert AlreadyStaked(channelId);
        if (order.collector != address(0)) {
            settlement.deposit(config, order.amount, order.collector, order.collectorData);
        }
        IX402BatchSettlement.VoucherClaim[] memory rows = new IX402BatchSettlement.VoucherClaim[](1);
        rows[0].voucher.channel = config;
        rows[0].voucher.maxClaimableAmount = order.amount;
        rows[0].signature = order.voucherSignature;
        rows[0].totalClaimed = order.amount;
        settlement.claim(rows);
    }

    /// @dev Cancelled, or nobody on the winning side, or nobody on another.
    function _refunds(bytes32 id) private view returns (bool) {
        State storage state = _states[id];
        if (state.cancelled) return true;
        uint128 winning = stakedOn[id][state.winner];
        return winning == 0 || winning == state.pot;
    }

    /// @dev `net` and `amount` are below 2^128, so their product is below 2^256.
    function _share(uint256 net, uint128 amount, uint256 winning, uint64 index, Mark memory mark)
        private
        pure
        returns (uint128)
    {
        uint256 product = net * amount;
        uint256 remainder = product % winning;
        bool more = remainder > mark.remainder || (remainder == mark.remainder && index <= mark.index);
        return uint128(product / winning + (more ? 1 : 0));
    }

    function _pay(bytes32 id, uint256 index, bool refunds, address token) private {
        if (index >= _stakes[id].length) revert NoSuchStake(index);
        Stake storage one = _stakes[id][index];
        if (one.paid) revert AlreadyPaid(index);
        uint128 amount = refunds ? one.amount : _won(id, one, uint64(index));
        one.paid = true;
        address payer = one.payer;
        emit Paid(id, payer, uint64(index), amount);
        IERC20(token).safeTransfer(payer, amount);
    }

    function _won(bytes32 id, Stake storage one, uint64 index) private view returns (uint128) {
        State storage state = _states[id];
        if (one.outcome != state.winner) revert NothingOwed(index);
        return _share(state.pot - feeOf(id), one.amount, stakedOn[id][state.winner], index, _marks[id]);
    }
}
