// Who the contracts meet in tests: hostile collectors, lossy, moody and refusing tokens, and a contract wallet.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IDepositCollector} from "contracts/interfaces/IDepositCollector.sol";
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

/// Calls anyone while the deposit is under way, and passes on what that is refused with.
contract CallingCollector is IDepositCollector {
    function collect(address, address token, uint256 amount, bytes32, bytes calldata data) external {
        (address target, bytes memory call) = abi.decode(data, (address, bytes));
        (bool ok, bytes memory reason) = target.call(call);
        if (!ok) {
            assembly {
                revert(add(reason, 32), mload(reason))
            }
        }
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

/// Answers every transfer with no, while it sulks.
contract MoodyToken is ERC20("Moody", "MOOD") {
    bool private sulking;

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function sulk(bool now_) external {
        sulking = now_;
    }

    function transfer(address to, uint256 value) public override returns (bool) {
        return !sulking && super.transfer(to, value);
    }
}

/// Takes any authorization, and answers every transfer with no.
contract RefusingToken {
    function receiveWithAuthorization(address, address, uint256, uint256, uint256, bytes32, bytes calldata) external {}

    function balanceOf(address) external pure returns (uint256) {
        return 0;
    }

    function transfer(address, uint256) external pure returns (bool) {
        return false;
    }

    function transferFrom(address, address, uint256) external pure returns (bool) {
        return false;
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
