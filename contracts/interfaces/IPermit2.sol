// The part of Uniswap's Permit2 that transfers by signature, as published.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

interface IPermit2 {
    struct TokenPermissions {
        address token;
        uint256 amount;
    }

    struct PermitTransferFrom {
        TokenPermissions permitted;
        uint256 nonce;
        uint256 deadline;
    }

    struct SignatureTransferDetails {
        address to;
        uint256 requestedAmount;
    }

    /// @notice The signature was good until then, in Unix seconds.
    error SignatureExpired(uint256 signatureDeadline);
    /// @notice More was asked for than was signed.
    error InvalidAmount(uint256 maxAmount);
    /// @notice The nonce is used, or was given up.
    error InvalidNonce();
    /// @notice The signature is not the owner's.
    error InvalidSigner();

    event UnorderedNonceInvalidation(address indexed owner, uint256 word, uint256 mask);

    /// @notice Moves tokens that `owner` approved to Permit2, by a signature that names the caller as spender.
    function permitTransferFrom(
        PermitTransferFrom calldata permit,
        SignatureTransferDetails calldata transferDetails,
        address owner,
        bytes calldata signature
    ) external;

    /// @notice The same, by a signature that also covers `witness`.
    function permitWitnessTransferFrom(
        PermitTransferFrom calldata permit,
        SignatureTransferDetails calldata transferDetails,
        address owner,
        bytes32 witness,
        string calldata witnessTypeString,
        bytes calldata signature
    ) external;

    /// @notice Gives up nonces of the caller: the bits of `mask` in word `wordPos`.
    function invalidateUnorderedNonces(uint256 wordPos, uint256 mask) external;

    function nonceBitmap(address owner, uint256 wordPos) external view returns (uint256);
    function DOMAIN_SEPARATOR() external view returns (bytes32);
}
