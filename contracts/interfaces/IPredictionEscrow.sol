// Parimutuel predictions on x402 channels: their terms, their stakes, and who may do what until all is paid out.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IX402BatchSettlement} from "./IX402BatchSettlement.sol";

interface IPredictionEscrow {
    /// @notice What a market is, for good: its id is the hash of all of it.
    /// @param host Gets the fee, may cancel, and may not stake.
    /// @param resolver Locks early, says what happened, may cancel, and may not stake.
    /// @param token What is staked. A token that takes a part of every transfer leaves its own markets short.
    /// @param outcomes How many outcomes there are, 2 to {MAX_OUTCOMES}; the first is 0.
    /// @param feeBps The host's share of what the losing side staked, in 1/100 of a percent, to {MAX_FEE_BPS}.
    /// @param lockAt From this time on nobody stakes.
    /// @param resolveBy From this time on, unless it is resolved, anyone may cancel.
    /// @param disputeSeconds How long a resolution can be corrected or cancelled before it holds.
    /// @param minStake The least of one stake; keeps those who would make the reckoning long from doing it for nothing.
    /// @param question Hash of what is asked and of a salt.
    struct Terms {
        address host;
        uint16 feeBps;
        address resolver;
        uint8 outcomes;
        address token;
        uint40 lockAt;
        uint40 resolveBy;
        uint32 disputeSeconds;
        uint128 minStake;
        bytes32 question;
    }

    /// @param locked Before its time, by the resolver.
    /// @param corrected The resolver has used its one correction.
    /// @param reckoned {Mark} is known, and winners can be paid.
    /// @param winner The outcome said to have happened; means something when `finalAt` is not 0.
    /// @param finalAt When that holds; 0: not resolved.
    /// @param count Of stakes.
    struct State {
        bool locked;
        bool cancelled;
        bool corrected;
        bool reckoned;
        bool feePaid;
        uint8 winner;
        uint40 finalAt;
        uint64 count;
        uint128 pot;
    }

    struct Stake {
        uint128 amount;
        uint8 outcome;
        bool paid;
        address payer;
    }

    /// @notice Which winning stakes get one unit more than the floor of their share: those with a greater remainder,
    /// and of those with the same the ones up to `index`.
    struct Mark {
        uint128 remainder;
        uint64 index;
    }

    /// @notice A stake as it is sent: one voucher for all of `amount`, of the channel that {channelOf} gives.
    /// @param payer Who stakes, and who is paid.
    /// @param payerAuthorizer The key that signed the voucher; zero: the payer signed it.
    /// @param collector Brings the deposit in the same transaction; zero: it is in the channel already.
    struct Order {
        bytes32 market;
        uint8 outcome;
        uint128 amount;
        address payer;
        address payerAuthorizer;
        bytes32 nonce;
        bytes voucherSignature;
        address collector;
        bytes collectorData;
    }

    enum Phase {
        None,
        Open,
        Locked,
        Resolved,
        Final,
        Cancelled
    }

    event MarketOpened(bytes32 indexed id, Terms terms);
    event Staked(
        bytes32 indexed id, address indexed payer, uint64 index, uint8 outcome, uint128 amount, bytes32 channelId
    );
    event MarketLocked(bytes32 indexed id);
    event MarketResolved(bytes32 indexed id, uint8 winner, uint40 finalAt);
    event MarketCancelled(bytes32 indexed id, address by);
    event MarketReckoned(bytes32 indexed id, Mark mark);
    event Paid(bytes32 indexed id, address indexed payer, uint64 index, uint128 amount);
    event FeePaid(bytes32 indexed id, address indexed host, uint128 amount);

    /// @notice A bound in the terms is broken.
    error InvalidTerms();
    /// @notice There is a market of these terms.
    error AlreadyOpened(bytes32 id);
    /// @notice The market is in another phase than the call is for.
    error WrongPhase(bytes32 id, Phase phase);
    /// @notice Only the resolver may.
    error NotResolver(bytes32 id);
    /// @notice Only host and resolver may, until it is overdue.
    error NotCrew(bytes32 id);
    /// @notice Host and resolver stake nothing.
    error CrewMayNotStake(address payer);
    error UnknownOutcome(uint8 outcome);
    error StakeTooSmall(uint128 minStake);
    /// @notice The voucher of this channel is a stake already.
    error AlreadyStaked(bytes32 channelId);
    /// @notice The time to resolve is over.
    error Overdue(bytes32 id);
    /// @notice A resolution is corrected once.
    error AlreadyCorrected(bytes32 id);
    /// @notice Everyone gets the own stake back: there is nothing to share.
    error NothingToShare(bytes32 id);
    /// @notice Winners are paid after {reckon}.
    error NotReckoned(bytes32 id);
    error AlreadyReckoned(bytes32 id);
    /// @notice With this mark the shares and the fee are not the pot.
    error WrongMark(bytes32 id);
    /// @notice This stake lost.
    error NothingOwed(uint256 index);
    error AlreadyPaid(uint256 index);
    error NoSuchStake(uint256 index);
    /// @notice No fee is due, or it is paid.
    error NoFee(bytes32 id);

    /// @notice Opens a market; anyone may. Nobody can open another one under its id.
    function open(Terms calldata terms) external returns (bytes32 id);

    /// @notice Deposits, claims and records one stake, or does nothing at all. Anyone may send it; the payer's
    /// signatures say what it is. Only this contract can claim vouchers of these channels, so no claim is without stake.
    function stake(Order calldata order) external returns (uint64 index);

    /// @notice Ends staking before its time.
    function lock(bytes32 id) external;

    /// @notice Says what happened; again, inside the dispute window and once, to correct it, which starts the window anew.
    function resolve(bytes32 id, uint8 winner) external;

    /// @notice Everyone gets the own stake back. Host and resolver may until a resolution holds; anyone may when it is
    /// not resolved in time.
    function cancel(bytes32 id) external;

    /// @notice Goes over the next `count` stakes to see whether `mark` is the one with which all shares and the fee
    /// together are the pot; there is exactly one set of stakes for which that is so. Anyone may; each mark has a
    /// progress of its own, so nobody can hinder it.
    function reckon(bytes32 id, Mark calldata mark, uint256 count) external;

    /// @notice Pays stakes, each to its payer: the share of a winner, or the stake itself when all are refunded.
    function payout(bytes32 id, uint256[] calldata indexes) external;

    /// @notice Pays the host's fee.
    function payFee(bytes32 id) external;

    /// @notice Gives back to its payer what is in a stake's channel and is no stake: after it was staked, or when nobody
    /// can stake any more.
    function release(bytes32 id, uint8 outcome, address payer, address payerAuthorizer, bytes32 nonce) external;

    /// @notice The channel of a stake; its salt is the hash of market, outcome and nonce.
    function channelOf(bytes32 id, uint8 outcome, address payer, address payerAuthorizer, bytes32 nonce)
        external
        view
        returns (IX402BatchSettlement.ChannelConfig memory);

    function idOf(Terms calldata terms) external view returns (bytes32);
    function termsOf(bytes32 id) external view returns (Terms memory);
    function stateOf(bytes32 id) external view returns (State memory);
    function phaseOf(bytes32 id) external view returns (Phase);
    function stakedOn(bytes32 id, uint8 outcome) external view returns (uint128);
    function stakeAt(bytes32 id, uint256 index) external view returns (Stake memory);
    /// @notice At most `limit` stakes from `start` on, in the order in which they came.
    function page(bytes32 id, uint256 start, uint256 limit) external view returns (Stake[] memory);
    /// @notice What the host gets.
    function feeOf(bytes32 id) external view returns (uint128);
    function settlement() external view returns (IX402BatchSettlement);
}
