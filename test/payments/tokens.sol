// Tokens as hosts may try them.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

contract Plain is ERC20("Plain Coin", "PLN") {
    function decimals() public pure override returns (uint8) { return 6; }
}
contract Fee is ERC20("Fee Coin", "FEE") {
    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (from != address(0) && to != address(0)) _burn(to, value / 100);
    }
}
contract Shares is ERC20("Staked", "STK") {
    function sharesOf(address) external pure returns (uint256) { return 1; }
}
contract Nameless { function balanceOf(address) external pure returns (uint256) { return 1; } }
