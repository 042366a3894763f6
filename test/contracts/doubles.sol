// Who the contracts meet in tests: hostile collectors, a lossy token, a contract wallet, and a stand-in for Permit2.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IDepositCollector} from "contracts/interfaces/IDepositCollector.sol";
import {IPermit2} from "contracts/interfaces/IPermit2.sol";
import {TestDai} from "contracts/TestDai.sol";

/// Brings freshly minted tokens: the amount, changed by `off`.
contract MintCollector is IDepositCollector {
    function collect(address, address token, uint256 amount, bytes32, bytes calldata data) external {
        TestDai(token).mint(msg.sender, uint256(int256(amount) + abi.decode(data, (int256))));
    }
}

/// Calls back into its caller with `collectorData` while the deposit is under way, then brings the amount.
contract ReentrantCollector is IDepositCollector {
    error Inner(bytes reason);

    function collect(address, address token, uint256 amount, bytes32, bytes calldata data) external {
        (bool ok, bytes memory reason) = msg.sender.call(data);
        if (!ok) revert Inner(reason);
        TestDai(token).mint(msg.sender, amount);
    }
}

/// Takes one base unit of every transfer.
contract LossyToken is ERC20("Lossy", "LOSS") {
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (from != address(0) && to != address(0)) _burn(to, 1);
    }
}

/// Pulls by plain allowance.
contract AllowanceCollector is IDepositCollector {
    function collect(address payer, address token, uint256 amount, bytes32, bytes calldata) external {
        IERC20(token).transferFrom(payer, msg.sender, amount);
    }
}

/// A wallet without a key of its own, that says yes to what its owner signed.
contract ContractWallet is IERC1271 {
    address private immutable owner;

    constructor(address owner_) {
        owner = owner_;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        return ECDSA.recover(hash, signature) == owner ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}

/// Permit2's witness transfer, as published, without its bitmap of nonces.
contract Permit2Double is IPermit2 {
    bytes32 private constant DOMAIN = keccak256("EIP712Domain(string name,uint256 chainId,address verifyingContract)");
    mapping(address => mapping(uint256 => bool)) private used;

    function permitWitnessTransferFrom(
        PermitTransferFrom calldata permit,
        SignatureTransferDetails calldata details,
        address owner,
        bytes32 witness,
        string calldata witnessTypeString,
        bytes calldata signature
    ) external {
        require(block.timestamp <= permit.deadline && details.requestedAmount <= permit.permitted.amount);
        require(!used[owner][permit.nonce]);
        used[owner][permit.nonce] = true;
        bytes32 typeHash = keccak256(
            abi.encodePacked(
                "PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,",
                witnessTypeString
            )
        );
        bytes32 permitted =
            keccak256(abi.encode(keccak256("TokenPermissions(address token,uint256 amount)"), permit.permitted));
        bytes32 struct_ =
            keccak256(abi.encode(typeHash, permitted, msg.sender, permit.nonce, permit.deadline, witness));
        bytes32 domain = keccak256(abi.encode(DOMAIN, keccak256("Permit2"), block.chainid, address(this)));
        require(ECDSA.recover(keccak256(abi.encodePacked("\x19\x01", domain, struct_)), signature) == owner);
        IERC20(permit.permitted.token).transferFrom(owner, details.to, details.requestedAmount);
    }
}
