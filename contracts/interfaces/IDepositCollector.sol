// What brings a payer's tokens into the settlement contract.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

interface IDepositCollector {
    /// @notice Moves `amount` of `token` from `payer` to the caller, who checks that it came.
    /// @dev Must refuse every caller but the settlement contract: it sends the tokens to whoever calls.
    /// @param channelId What the payer's consent must be bound to, so that nobody can redirect it.
    /// @param collectorData The consent itself, in the collector's own encoding.
    function collect(address payer, address token, uint256 amount, bytes32 channelId, bytes calldata collectorData)
        external;
}
