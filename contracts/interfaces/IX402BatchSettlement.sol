// The published interface of x402 batch-settlement channels: values, errors, events and functions.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title x402 batch settlement
/// @notice Unidirectional payment channels. A payer escrows tokens for one receiver and signs cumulative vouchers
/// off chain; the receiver's side claims the highest of many channels in one call, and is paid by one transfer.
///
/// Per channel: `totalClaimed <= balance`, and what is left between them is the payer's until it is claimed.
/// `totalClaimed` only rises. Signed vouchers that are not yet claimed reserve nothing.
interface IX402BatchSettlement {
    // ------------------------------------------------------------------------------------------------ values

    /// @notice What makes a channel. Immutable: its EIP-712 hash is the channel's id.
    /// @param payer Owns the escrow; all that is not claimed goes back to this address, and to no other.
    /// @param payerAuthorizer Key that signs vouchers; zero: `payer` signs them itself (ECDSA or ERC-1271).
    /// @param receiver Is paid what is claimed; no other address ever is.
    /// @param receiverAuthorizer Authorizes claims and refunds for the receiver; a key or an ERC-1271 contract.
    /// @param token The ERC-20 token. Tokens that take fees on transfer are refused at deposit.
    /// @param withdrawDelay Seconds between the start and the end of a withdrawal, 15 minutes to 30 days.
    /// @param salt Tells apart channels that are otherwise the same.
    struct ChannelConfig {
        address payer;
        address payerAuthorizer;
        address receiver;
        address receiverAuthorizer;
        address token;
        uint40 withdrawDelay;
        bytes32 salt;
    }

    /// @param maxClaimableAmount "Up to this much in total", over the channel's whole life.
    struct Voucher {
        ChannelConfig channel;
        uint128 maxClaimableAmount;
    }

    /// @param signature The payer side's, over {getVoucherDigest}.
    /// @param totalClaimed What the channel's `totalClaimed` is to become; at most the voucher's ceiling.
    struct VoucherClaim {
        Voucher voucher;
        bytes signature;
        uint128 totalClaimed;
    }

    /// @param balance Deposited, less withdrawn and refunded. Claims and settlements do not lower it.
    /// @param totalClaimed Claimed for the receiver, settled or not.
    struct ChannelState {
        uint128 balance;
        uint128 totalClaimed;
    }

    /// @param initiatedAt Unix seconds; zero: no withdrawal is pending.
    struct WithdrawalState {
        uint128 amount;
        uint40 initiatedAt;
    }

    /// @notice Sums over all channels of one receiver in one token.
    struct ReceiverState {
        uint128 totalClaimed;
        uint128 totalSettled;
    }

    // ------------------------------------------------------------------------------------------------ errors

    /// @notice The configuration has a zero payer, receiver, receiver authorizer or token, or the caller is
    /// neither its payer nor its payer authorizer.
    error InvalidChannel();
    /// @notice `withdrawDelay` is under 15 minutes or over 30 days.
    error WithdrawDelayOutOfRange();
    /// @notice A deposit of nothing.
    error ZeroDeposit();
    /// @notice The collector is the zero address.
    error InvalidCollector();
    /// @notice The channel's balance would not fit in 128 bits.
    error DepositOverflow();
    /// @notice The collector did not bring exactly the amount.
    error DepositCollectionFailed();

    /// @notice A claim without rows.
    error EmptyBatch();
    /// @notice The caller is neither receiver nor receiver authorizer of a row's channel.
    error NotAuthorizedToClaim();
    /// @notice The rows of one signed batch do not share one receiver authorizer.
    error NotReceiverAuthorizer();
    /// @notice A signature is not by who must sign.
    error InvalidSignature();
    /// @notice A row claims more than its voucher allows.
    error ClaimExceedsCeiling();
    /// @notice A row claims more than its channel holds.
    error ClaimExceedsBalance();

    /// @notice The caller is neither receiver nor receiver authorizer.
    error NotAuthorizedToRefund();
    /// @notice A refund of nothing.
    error ZeroRefund();
    /// @notice The nonce is not the channel's next.
    error InvalidRefundNonce();

    /// @notice A withdrawal of nothing.
    error NothingToWithdraw();
    /// @notice One withdrawal at a time.
    error WithdrawalAlreadyPending();
    /// @notice More than the channel's unclaimed escrow.
    error WithdrawAmountExceedsAvailable();
    /// @notice No withdrawal was initiated.
    error WithdrawalNotPending();
    /// @notice The caller is neither payer nor payer authorizer.
    error NotAuthorizedToFinalizeWithdraw();
    /// @notice The receiver still has time to claim.
    error WithdrawDelayNotElapsed();

    // ------------------------------------------------------------------------------------------------ events

    /// @notice A channel without escrow or claims got its first deposit. Fires again when a closed one is refilled.
    event ChannelCreated(bytes32 indexed channelId, ChannelConfig config);
    /// @notice The last escrow of a channel that nothing was ever claimed from went back to its payer.
    event ChannelClosed(bytes32 indexed channelId, ChannelConfig config);
    event Deposited(bytes32 indexed channelId, address indexed sender, uint128 amount, uint128 newBalance);
    event Claimed(bytes32 indexed channelId, address indexed sender, uint128 claimAmount, uint128 newTotalClaimed);
    event Settled(address indexed receiver, address indexed token, address indexed sender, uint128 amount);
    event Refunded(bytes32 indexed channelId, address indexed sender, uint128 amount);
    event WithdrawInitiated(bytes32 indexed channelId, uint128 amount, uint40 finalizeAfter);
    event WithdrawFinalized(bytes32 indexed channelId, address indexed sender, uint128 amount);

    // ------------------------------------------------------------------------------------------------ escrow in

    /// @notice Adds to a channel's escrow. Anyone may send it; the collector proves the payer's consent.
    /// @param collector Any {IDepositCollector}; it must raise this contract's token balance by exactly `amount`.
    function deposit(ChannelConfig calldata config, uint128 amount, address collector, bytes calldata collectorData)
        external;

    // ------------------------------------------------------------------------------------------------ earning

    /// @notice Claims by vouchers, sent by the receiver or receiver authorizer of every row. Moves no tokens.
    /// @dev A row that is not above what is already claimed is skipped, so that a repeated batch is harmless;
    /// a row above its voucher's ceiling or its channel's balance reverts the whole batch.
    function claim(VoucherClaim[] calldata voucherClaims) external;

    /// @notice {claim} that anyone may send, with the common receiver authorizer's signature over
    /// {getClaimBatchDigest}.
    function claimWithSignature(VoucherClaim[] calldata voucherClaims, bytes calldata authorizerSignature) external;

    /// @notice Pays the receiver all that is claimed and not yet settled, in one transfer. Anyone may send it;
    /// without anything to pay it does nothing.
    function settle(address receiver, address token) external;

    // ------------------------------------------------------------------------------------------------ escrow out

    /// @notice The receiver's side gives unclaimed escrow back to the payer, at most what there is.
    /// @dev Advances `refundNonce` even when nothing is left to refund, so that no refund signed before it can
    /// follow. A pending withdrawal shrinks by what is refunded, and ends when all of it was.
    function refund(ChannelConfig calldata config, uint128 amount) external;

    /// @notice {refund} that anyone may send, with the receiver authorizer's signature over {getRefundDigest}.
    function refundWithSignature(
        ChannelConfig calldata config,
        uint128 amount,
        uint256 nonce,
        bytes calldata receiverAuthorizerSignature
    ) external;

    /// @notice Starts the payer's own way out, by `payer` or `payerAuthorizer`. The receiver can claim until it ends.
    function initiateWithdraw(ChannelConfig calldata config, uint128 amount) external;

    /// @notice Ends it after `withdrawDelay`, by `payer` or `payerAuthorizer`: pays the payer the amount, or what
    /// claims have left of it.
    function finalizeWithdraw(ChannelConfig calldata config) external;

    // ------------------------------------------------------------------------------------------------ views

    function channels(bytes32 channelId) external view returns (uint128 balance, uint128 totalClaimed);
    function pendingWithdrawals(bytes32 channelId) external view returns (uint128 amount, uint40 initiatedAt);
    function refundNonce(bytes32 channelId) external view returns (uint256);
    function receivers(address receiver, address token)
        external
        view
        returns (uint128 totalClaimed, uint128 totalSettled);

    function CHANNEL_CONFIG_TYPEHASH() external view returns (bytes32);
    function getChannelId(ChannelConfig calldata config) external view returns (bytes32);
    function getVoucherDigest(bytes32 channelId, uint128 maxClaimableAmount) external view returns (bytes32);
    function getRefundDigest(bytes32 channelId, uint256 nonce, uint128 amount) external view returns (bytes32);
    function getClaimBatchDigest(VoucherClaim[] calldata voucherClaims) external view returns (bytes32);
}
