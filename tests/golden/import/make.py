#!/usr/bin/python3
"""make.py - small random models in PyTorch, and what they say of a few sentences.

    /usr/bin/python3 tests/golden/import/make.py      (Debian: python3-torch, python3-sentencepiece)

Writes beside itself NAME.safetensors and NAME.tsv (source, target, log p of the target with its end; words are
the letters a to h, ids 4 to 11) for each model, pieces.model with pieces.tsv (text, ids), and for gpt2
gpt2-says.safetensors: the logits of given tokens, and tokens that each are the most probable next one. Names and arithmetic are those of torch_seq2seq.py,
the PyTorch program of the speed comparison, and, for gpt2, of GPT-2 as published.
"""
import json
import math
import os
import random
import struct

import torch
import torch.nn as nn
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
PAD, UNK, BOS, EOS = 0, 1, 2, 3
VOCABULARY, D, HEADS, FF, HIDDEN, POSITIONS = 12, 8, 2, 12, 6, 16
WORDS = "abcdefgh"


def save(path, tensors):
    """The format by hand: length of the header, header, numbers."""
    names = {torch.float32: "F32", torch.float16: "F16", torch.int64: "I64", torch.bool: "BOOL"}
    header, body = {}, b""
    for name, t in tensors.items():
        t = t.detach().contiguous()
        kind = names[t.dtype]
        raw = t.numpy().tobytes()
        header[name] = {"dtype": kind, "shape": list(t.shape), "data_offsets": [len(body), len(body) + len(raw)]}
        body += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + body)


def attend(q, k, v, heads, causal):
    def split(x):
        return x.view(x.shape[0], heads, -1).transpose(0, 1)
    q, k, v = split(q), split(k), split(v)
    s = q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])
    if causal:
        s = s.masked_fill(torch.ones_like(s).triu(1).bool(), -math.inf)
    return (s.softmax(-1) @ v).transpose(0, 1).reshape(q.shape[1], -1)


class Layer(nn.Module):
    def __init__(self, cross):
        super().__init__()
        self.qkv, self.o = nn.Linear(D, 3 * D), nn.Linear(D, D)
        self.ln1, self.ln3 = nn.LayerNorm(D), nn.LayerNorm(D)
        if cross:
            self.xq, self.xkv, self.xo = nn.Linear(D, D), nn.Linear(D, 2 * D), nn.Linear(D, D)
            self.ln2 = nn.LayerNorm(D)
        self.ff1, self.ff2 = nn.Linear(D, FF), nn.Linear(FF, D)

    def forward(self, x, memory=None):
        x = x + self.o(attend(*self.qkv(self.ln1(x)).chunk(3, -1), HEADS, memory is not None))
        if memory is not None:
            k, v = self.xkv(memory).chunk(2, -1)
            x = x + self.xo(attend(self.xq(self.ln2(x)), k, v, HEADS, False))
        return x + self.ff2(self.ff1(self.ln3(x)).relu())


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCABULARY, D)
        self.enc = nn.ModuleList(Layer(False) for _ in range(2))
        self.dec = nn.ModuleList(Layer(True) for _ in range(2))
        self.enc_ln, self.dec_ln = nn.LayerNorm(D), nn.LayerNorm(D)

    def embedded(self, ids):
        at = torch.arange(len(ids)).unsqueeze(1) * torch.exp(torch.arange(0, D, 2) * (-math.log(1e4) / D))
        return self.embed(ids) * math.sqrt(D) + torch.stack([at.sin(), at.cos()], 2).view(len(ids), D)

    def forward(self, source, target):
        x = self.embedded(source)
        for layer in self.enc:
            x = layer(x)
        memory, x = self.enc_ln(x), self.embedded(target)
        for layer in self.dec:
            x = layer(x, memory)
        return F.linear(self.dec_ln(x), self.embed.weight)


class LSTM(nn.Module):
    def __init__(self):
        super().__init__()
        h = 2 * HIDDEN
        self.embed = nn.Embedding(VOCABULARY, D)
        self.enc = nn.LSTM(D, HIDDEN, 2, bidirectional=True)
        self.dec = nn.LSTM(D, h, 2)
        self.init_h, self.init_c = nn.Linear(h, 2 * h), nn.Linear(h, 2 * h)
        self.wa, self.out = nn.Linear(h, h, bias=False), nn.Linear(2 * h, D)

    def forward(self, source, target):
        y, (h, c) = self.enc(self.embed(source))
        start = [self.init_h(torch.cat([h[-2], h[-1]])).tanh(), self.init_c(torch.cat([c[-2], c[-1]]))]
        x, _ = self.dec(self.embed(target), tuple(s.view(2, 2 * HIDDEN) for s in start))
        context = (x @ self.wa(y).T).softmax(-1) @ y
        return F.linear(self.out(torch.cat([x, context], -1)).tanh(), self.embed.weight)


class Block(nn.Module):
    def __init__(self, before, after):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.empty(2 * D, 3 * D)), nn.Parameter(torch.empty(2 * D))
        self.pad = (before, after)

    def forward(self, x):
        w = self.weight.view(2 * D, 3, D).transpose(1, 2)
        return F.glu(F.conv1d(F.pad(x.T, self.pad).unsqueeze(0), w, self.bias)[0], 0).T


class Conv(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCABULARY, D)
        self.src_pos, self.tgt_pos = nn.Parameter(torch.empty(POSITIONS, D)), nn.Parameter(torch.empty(POSITIONS, D))
        self.enc = nn.ModuleList(Block(1, 1) for _ in range(2))
        self.dec = nn.ModuleList(Block(2, 0) for _ in range(2))
        self.att_in, self.att_out = (nn.ModuleList(nn.Linear(D, D) for _ in range(2)) for _ in range(2))
        self.out = nn.Linear(D, D)

    def forward(self, source, target):
        half = math.sqrt(0.5)
        e = x = self.embed(source) + self.src_pos[:len(source)]
        for block in self.enc:
            x = (block(x) + x) * half
        keys, values = x, (x + e) * half
        g = x = self.embed(target) + self.tgt_pos[:len(target)]
        for block, into, out in zip(self.dec, self.att_in, self.att_out):
            h = block(x)
            found = (((into(h) + g) * half) @ keys.T).softmax(-1) @ values * math.sqrt(len(source))
            x = ((h + out(found)) * half + x) * half
        return F.linear(self.out(x), self.embed.weight)


class Conv1D(nn.Module):
    """GPT-2's linear layer: weights [in][out]."""

    def __init__(self, into, out):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.empty(into, out)), nn.Parameter(torch.empty(out))

    def forward(self, x):
        return x @ self.weight + self.bias


def parts(**modules):
    return nn.ModuleDict(modules)


class GPT2(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(VOCABULARY, D), nn.Embedding(POSITIONS, D)
        self.h = nn.ModuleList(parts(ln_1=nn.LayerNorm(D), ln_2=nn.LayerNorm(D),
                                     attn=parts(c_attn=Conv1D(D, 3 * D), c_proj=Conv1D(D, D)),
                                     mlp=parts(c_fc=Conv1D(D, 4 * D), c_proj=Conv1D(4 * D, D))) for _ in range(2))
        self.ln_f = nn.LayerNorm(D)

    def forward(self, ids):
        x = self.wte(ids) + self.wpe(torch.arange(len(ids)))
        for h in self.h:
            q, k, v = h["attn"]["c_attn"](h["ln_1"](x)).chunk(3, -1)
            x = x + h["attn"]["c_proj"](attend(q, k, v, HEADS, True))
            x = x + h["mlp"]["c_proj"](F.gelu(h["mlp"]["c_fc"](h["ln_2"](x)), approximate="tanh"))
        return F.linear(self.ln_f(x), self.wte.weight)


def write_gpt2(model):
    """As published: a prefix, masks beside weights, the output layer that is the embedding."""
    tensors = {f"transformer.{k}": v for k, v in model.state_dict().items()}
    for i in range(2):
        tensors[f"transformer.h.{i}.attn.bias"] = torch.ones(1, 1, POSITIONS, POSITIONS).tril().bool()
    tensors["lm_head.weight"] = model.wte.weight
    save(f"{HERE}/gpt2.safetensors", tensors)
    chance = random.Random(8)
    given = torch.tensor([EOS] + [chance.randint(3, VOCABULARY - 1) for _ in range(POSITIONS - 1)])
    greedy = [EOS, 4]
    while len(greedy) < POSITIONS:
        greedy.append(3 + int(model(torch.tensor(greedy))[-1, 3:].argmax()))     # no padding, unknown or begin
    save(f"{HERE}/gpt2-says.safetensors", {"given": given, "logits": model(given), "greedy": torch.tensor(greedy)})


def randomise(model, seed):
    torch.manual_seed(seed)
    for name, p in model.named_parameters():
        p.data = torch.randn(p.shape) * 0.4 + (1 if "ln" in name and name.endswith("weight") else 0)
    return model.eval()


def sentences(seed):
    chance = random.Random(seed)
    lengths = [(1, 1), (3, 4), (5, 2), (7, 6), (2, 7), (4, 4)]
    return [["".join(chance.choice(WORDS) for _ in range(n)) for n in pair] for pair in lengths]


def ids(text):
    return [WORDS.index(c) + 4 for c in text]


def write(name, model, tensors=None):
    with open(f"{HERE}/{name}.tsv", "w") as f:
        for source, target in sentences(5):
            s, t = torch.tensor(ids(source) + [EOS]), torch.tensor([BOS] + ids(target))
            p = model(s, t).double().log_softmax(-1)
            gold = torch.tensor(ids(target) + [EOS])
            total = float(p.gather(1, gold.unsqueeze(1)).sum())
            f.write(f"{' '.join(source)}\t{' '.join(target)}\t{total:.7f}\n")
    save(f"{HERE}/{name}.safetensors", tensors or model.state_dict())


def write_pieces():
    import sentencepiece as spm
    chance = random.Random(3)
    words = ["".join(chance.choice("abcdeäß") for _ in range(chance.randint(2, 6))) for _ in range(60)]
    lines = [" ".join(chance.choice(words) for _ in range(8)) for _ in range(300)]
    with open("/tmp/pieces.txt", "w") as f:
        f.write("\n".join(lines) + "\n")
    spm.SentencePieceTrainer.train(input="/tmp/pieces.txt", model_prefix="/tmp/pieces", vocab_size=60, model_type="bpe",
                                   character_coverage=1.0, pad_id=PAD, unk_id=UNK, bos_id=BOS, eos_id=EOS,
                                   normalization_rule_name="identity", minloglevel=2)
    sp = spm.SentencePieceProcessor(model_file="/tmp/pieces.model")
    os.replace("/tmp/pieces.model", f"{HERE}/pieces.model")
    with open(f"{HERE}/pieces.tsv", "w") as f:
        for line in lines[:6] + ["xyz " + words[0]]:
            f.write(f"{line}\t{' '.join(map(str, sp.encode(line)))}\n")


@torch.inference_mode()
def main():
    # Numbers that F16 has, so that the same model can be stored in it.
    transformer = randomise(Transformer(), 1).half().float()
    write("transformer", transformer, {k: v.half() for k, v in transformer.state_dict().items()})
    write("lstm", randomise(LSTM(), 2))
    write("conv", randomise(Conv(), 3))
    write_gpt2(randomise(GPT2(), 17))
    write_pieces()


if __name__ == "__main__":
    main()
