// Who and what there is: eight people, seven channels in two tokens, and the ledger that the contract is held against.
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ERC3009DepositCollector} from "contracts/ERC3009DepositCollector.sol";
import {TestDai} from "contracts/TestDai.sol";
import {X402BatchSettlement} from "contracts/X402BatchSettlement.sol";
import {IX402BatchSettlement} from "contracts/interfaces/IX402BatchSettlement.sol";
import {AllowanceCollector, ContractWallet, MintCollector, ReentrantCollector} from "test/contracts/doubles.sol";
import {vm} from "./Vm.sol";

abstract contract World {
    /// What the ledger says of a channel. `deposited` and `returned` only rise.
    struct Channel {
        bytes32 id;
        uint128 balance;
        uint128 claimed;
        uint256 nonce;
        uint128 pending;
        uint40 pendingSince;
        uint256 deposited;
        uint256 returned;
    }

    uint256 internal constant START = 1_800_000_000;
    uint128 internal constant PURSE = 2 ** 100;

    X402BatchSettlement public settlement = new X402BatchSettlement();
    ERC3009DepositCollector internal authorizations = new ERC3009DepositCollector(address(settlement));
    AllowanceCollector internal allowances = new AllowanceCollector();
    MintCollector internal mints = new MintCollector();
    ReentrantCollector internal reentrant = new ReentrantCollector();
    TestDai[2] internal tokens = [new TestDai(), new TestDai()];

    address[] internal people;
    /// The key of each; for a contract wallet the key of its owner.
    mapping(address => uint256) internal keyOf;
    address internal payer = _key("payer");
    address internal payerWallet = _wallet("payer wallet");
    address internal purse = _key("purse");
    address internal host = _key("host");
    address internal guest = _key("guest");
    address internal gate = _key("gate");
    address internal gateWallet = _wallet("gate wallet");
    address internal stranger = _key("stranger");

    IX402BatchSettlement.ChannelConfig[] internal configs;
    Channel[] internal ledger;
    mapping(address receiver => mapping(address token => uint256)) public earned;
    mapping(address receiver => mapping(address token => uint256)) public settled;
    mapping(address person => mapping(address token => uint256)) public held;
    /// Sent to the contract outside of any channel: nobody's.
    mapping(address token => uint256) public strayed;
    uint256 public time = START;

    constructor() {
        _open(payer, purse, host, gate, 0, 15 minutes);
        _open(payer, address(0), host, gate, 0, 1 days);
        _open(payerWallet, address(0), host, gate, 0, 15 minutes);
        _open(payerWallet, purse, guest, gateWallet, 0, 30 days);
        _open(payer, purse, guest, gate, 1, 15 minutes);
        _open(payerWallet, purse, host, gateWallet, 1, 1 hours);
        // One who pays himself, and whose gate is his purse: nothing says that roles are different people.
        _open(guest, gate, guest, gate, 1, 1 hours);
        for (uint256 i = 0; i < people.length; ++i) {
            _fill(people[i], tokens[0]);
            _fill(people[i], tokens[1]);
        }
        vm.warp(time);
    }

    function everyConfig() external view returns (IX402BatchSettlement.ChannelConfig[] memory) {
        return configs;
    }

    function everyChannel() external view returns (Channel[] memory) {
        return ledger;
    }

    function bothTokens() external view returns (TestDai[2] memory) {
        return tokens;
    }

    function everyone() external view returns (address[] memory) {
        return people;
    }

    function unclaimed(uint256 i) public view returns (uint128) {
        return ledger[i].balance - ledger[i].claimed;
    }

    function _open(address from, address key, address to, address claimer, uint256 token, uint40 delay) private {
        configs.push(
            IX402BatchSettlement.ChannelConfig(
                from, key, to, claimer, address(tokens[token]), delay, bytes32(configs.length)
            )
        );
        ledger.push();
        ledger[ledger.length - 1].id = settlement.getChannelId(configs[configs.length - 1]);
    }

    function _key(string memory name) private returns (address made) {
        uint256 key = uint256(keccak256(bytes(name)));
        made = vm.addr(key);
        keyOf[made] = key;
        people.push(made);
    }

    function _wallet(string memory name) private returns (address made) {
        uint256 key = uint256(keccak256(bytes(name)));
        made = address(new ContractWallet(vm.addr(key)));
        keyOf[made] = key;
        people.push(made);
    }

    function _fill(address person, TestDai token) private {
        token.mint(person, PURSE);
        held[person][address(token)] = PURSE;
        vm.prank(person);
        token.approve(address(allowances), type(uint256).max);
    }

    function _sign(address person, bytes32 digest) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keyOf[person], digest);
        return abi.encodePacked(r, s, v);
    }
}
