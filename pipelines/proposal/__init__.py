"""What a first look at somebody's files proposes for `terreng.toml`: which systems wrote them, which column is what."""

from pipelines.proposal.propose import Proposal, propose

__all__ = ["Proposal", "propose"]
