"""The text tokenizer, as CSM was trained with it: begin, `[speaker]text`, end."""

from __future__ import annotations

from pathlib import Path

from tokenizers import Tokenizer

_BEGIN = ("<|begin_of_text|>", "<bos>", "<s>", "[BOS]")
_END = ("<|end_of_text|>", "<eos>", "</s>", "[EOS]")


class TextTokenizer:
    """A tokenizer.json, with or without a post-processor that adds begin and end."""

    def __init__(self, path: Path) -> None:
        """Raises ValueError for a file that is no tokenizer or has no begin and end tokens."""
        try:
            self._tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # tokenizers raises bare Exception
            raise ValueError(f"{path} is not a tokenizer: {error}") from error
        # Text that spells a control token is words to be spoken, not a command.
        self._tokenizer.encode_special_tokens = True
        self._begin = self._id_of(_BEGIN, path)
        self._end = self._id_of(_END, path)

    def __call__(self, speaker: int, text: str) -> list[int]:
        """Return the ids of one segment's text rows; there is no space after the bracket."""
        # The post-processor is left out and both ends added here: the stock Llama tokenizer would add only one.
        ids: list[int] = self._tokenizer.encode(f"[{speaker}]{text}", add_special_tokens=False).ids
        return [self._begin, *ids, self._end]

    @property
    def size(self) -> int:
        """How many ids there are."""
        return int(self._tokenizer.get_vocab_size())

    def _id_of(self, names: tuple[str, ...], path: Path) -> int:
        for name in names:
            if (found := self._tokenizer.token_to_id(name)) is not None:
                return int(found)
        raise ValueError(f"{path} has none of the tokens {', '.join(names)}")
