// EIP-3009 with the signature as bytes, as USDC 2.2 and contract wallets have it.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

interface IERC3009Bytes {
    /// @notice Moves `value` from `from` to `to`; anyone may send it.
    /// @param validAfter The authorization holds strictly after this time, in Unix seconds,
    /// @param validBefore and strictly before this one.
    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external;

    /// @notice The same, but only `to` may send it, so that nobody can take the transfer out of its context.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external;
}
