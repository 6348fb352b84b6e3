#!/usr/bin/env python3
"""Writes Docs/commands.md from what `hibari … --help` prints, with one worked example per command.

Example: python Tools/docs/commands.py
"""

import os
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
HIBARI = REPOSITORY / ".build/release/hibari"

INTRODUCTION = """# Commands

Written by `Tools/docs/commands.py` from the program's own `--help`; change the help or the examples there, not this page.

Results go to standard output, progress and messages to standard error. `--json` prints results for other programs. An
error is one line that says what is wrong, where, and how to mend it. Exit codes: 0 done; 64 wrong option; 65 an input
whose contents are wrong; 66 input missing; 69 the machine lacks something; 70 a bug in Hibari; 73 cannot create the output;
74 reading or writing failed half-way; 130 and 143 stopped by Ctrl-C or SIGTERM, after saving.

Environment: `HIBARI_SIMD` (portable, avx2, avx512) chooses the kernels, `HIBARI_GEMM` (native, openblas) the matrix product.

The examples build on each other: run in order, each finds the files of the ones before. Those with `smollm2.gguf` want the model
of [finetuning.md](finetuning.md), and texts, tables and questions of your own.
"""

EXAMPLES = {
    "corpus make": """hibari corpus make stories --language en --bytes 2000000 --seed 1 --out stories.txt
hibari corpus make stories --bytes 100000 --seed 99 --out test.txt""",
    "tokenizer encode": """$ echo "Mia saw a hawk." | hibari tokenizer encode --tokenizer stories-tokenizer --json > ids.json
$ cat ids.json
[77,636,556,258,477,119,107,46,10]""",
    "tokenizer decode": """$ hibari tokenizer decode --tokenizer stories-tokenizer ids.json
Mia saw a hawk.""",
    "tokenizer show": """$ hibari tokenizer show --tokenizer stories-tokenizer "Mia saw a hawk."
M│ia│ saw│ a│ ha│w│k│.
8 tokens, 1.88 bytes per token""",
    "tokenizer compare": """hibari tokenizer compare bytes stories-tokenizer --text stories.txt""",
    "tokenizer verify": """$ hibari tokenizer verify --tokenizer stories-tokenizer stories.txt
identical: 1 document, 60524 bytes, 17433 tokens, 3.472 bytes per token""",
    "tokenizer export": """hibari tokenizer export --tokenizer stories-tokenizer --format tiktoken --out stories.tiktoken""",
    "tokenizer add-special": """$ hibari tokenizer add-special --tokenizer stories-tokenizer --out chat-tokenizer "<|user|>" "<|assistant|>"
    1000  <|user|>
    1001  <|assistant|>""",
    "tokenizer info": """$ hibari tokenizer info --tokenizer chat-tokenizer
kind                  bpe
vocabulary_size       1002
end_of_text           999
longest_token_bytes   12
merges                743
pattern               gpt2
…""",
    "bench tokenizer": """$ hibari bench tokenizer novels-tokenizer --text novels.txt
load    7.1 ms
encode  51.6 MB/s, 2691337 tokens of 9999840 bytes
decode  801.0 MB/s""",
    "bench gemm": """hibari bench gemm 768x384x128""",
    "tokenizer train": """hibari tokenizer train stories.txt --vocab 1000 --out stories-tokenizer""",
    "corpus prepare": """hibari corpus prepare stories.txt --tokenizer stories-tokenizer --out stories-tokens
hibari pretrain --corpus stories-tokens --tokenizer stories-tokens --preset toy --steps 20 --out checkpoints/tokens""",
    "plan": """$ hibari plan --corpus stories.txt --preset toy --steps 2000
parameters     837120
  embedding    32896
  attention    262144
  MLP          540672
  norms        1408
FLOPs          5.80M per token, 23.76T for the run
run            2000 steps of 2048 tokens, 2.3 passes over 1.80M tokens
speed          25K tokens/s, 144.0 GFLOP/s of model arithmetic (measured)
time           2 min 45 s of training, evaluations not counted
memory         157.8 MiB at its peak (measured)
disk           up to 38.3 MiB while it runs""",
    "pretrain": """$ hibari pretrain --corpus stories.txt --preset toy --eval-batches 4 --sample-every 200 --sample-prompt "Mia" \\
    --save-every 100 --out checkpoints/demo
model      qwen3, 4 layers, width 128, context 128: 837K parameters
text       1.9 MiB in 1 document, vocabulary 257 (bytes): 1.80M tokens to train on, 200K held out
run        359 steps of 2.0K tokens, 0.4 passes over the text; avx512, 2 threads
step 110/359  loss 2.4365  lr 2.7e-3  norm 1.14  24K tok/s  28 s left
^C
stopped at step 160 of 359, saved   16 s, 23K tokens/s, peak memory 195.0 MiB; the model is in checkpoints/demo
$ hibari pretrain --resume checkpoints/demo
eval   step 359: loss 0.4221 ± 0.0022, 0.6089 bits per byte  best
done   28 s, 47K tokens/s, peak memory 227.0 MiB; the model is in checkpoints/demo""",
    "generate": """$ hibari generate checkpoints/demo --prompt "Mia was" --greedy --max-tokens 60
Mia was a carrot. "It is my birthday, but I am all alone," said her
7 prompt tokens in 1 ms, 60 new at 10K tokens/s, ended by length, seed 765258644""",
    "finetune": """$ hibari finetune checkpoints/stories-en --corpus play.txt --base-corpus corpora/stories-en.txt --epochs 10 \\
    --lora r=8,alpha=16 --out adapters/play
base       checkpoints/stories-en: qwen3, 3 layers, width 128, context 128, of which 128 are used
data       29.3 KiB in 1 document: 13K tokens to train on, 1.5K held out
parameters   trained      frozen   trained   memory
attention          0     196,608     0.0 %   0.8 MB
adapters      59,136           0   100.0 %   0.2 MB
total         59,136   1,064,160   5.265 %   4.5 MB
memory     weights 4.3 MiB, gradients 231.0 KiB, moments 462.0 KiB, activations at least 12.0 MiB: 17.0 MiB
run        127 steps of about 1.0K tokens, 10.1 passes; learning rate 2.0e-4; avx2, 1 threads
before     held-out loss 14.7691
done   30 s, 4.5K tokens/s, peak memory 65.9 MiB; the model is in adapters/play
held-out   14.7691 before, 10.1555 after (-31.2 %)
forgetting  0.7556 before, 0.7139 after (-5.5 %)""",
    "sft": """$ hibari sft smollm2.gguf --data answers.json --preview 1
990 examples (instruction/input/output): 13K of 55K tokens learned, 110 held out; template: the model's own template
answers.json, element 1: 70 tokens, 21 learned
<|im_start|>system
You are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>
<|im_start|>user
Evaluate the following phrase by transforming it into the spelling given.

freind --> friend<|im_end|>
<|im_start|>assistant
⟦The spelling of the given phrase "freind" is incorrect, the correct spelling is "friend".<|im_end|>⟧
$ hibari sft smollm2.gguf --data answers.json --lora r=8,alpha=16 --out adapters/answers""",
    "chat": """$ hibari chat smollm2.gguf --prompt "What is the capital of France?" --greedy
The capital of France is Paris.""",
    "classify": """$ hibari classify smollm2.gguf --data sms.tsv --text message --label kind --balance --out spam
70 texts to learn from, 18 to test on; classes ham (35), spam (35)
accuracy 1.0000, macro F1 1.0000, loss 0.0422 of 18 texts
class  precision  recall      F1  texts
ham       1.0000  1.0000  1.0000      9
spam      1.0000  1.0000  1.0000      9
taken for  ham  spam
ham          9     0
spam         0     9
wrote spam in 21 s; hibari predict spam FILE sorts other texts""",
    "eval ppl": """$ hibari eval checkpoints/stories-en test.txt
loss            0.7540 ± 0.0189 nats per token
perplexity      2.125 ± 0.040
bits per byte   0.2646
tokens scored   24331, each once, in windows of 128
bytes scored    100037
speed           14K tokens/s
$ hibari eval ppl smollm2.gguf wiki.txt --context 256 --stride 128
loss            2.8483 ± 0.0899 nats per token
perplexity      17.259 ± 1.551
bits per byte   1.0473
tokens scored   1024, each once, in windows of 256 that advance by 128
bytes scored    4018
speed           61 tokens/s""",
    "eval mc": """$ cat quiz.jsonl
{"context": "A skylark is a kind of", "endings": ["bird", "fish", "flower"], "label": 0}
{"context": "The capital of Japan is", "endings": ["Kyoto", "Tokyo", "Seoul"], "label": 1}
{"context": "Water freezes at", "endings": ["0 degrees Celsius", "50 degrees Celsius"], "label": 0}
{"context": "Bees make", "endings": ["milk", "silk", "honey"], "label": 2}
$ hibari eval mc smollm2.gguf quiz.jsonl
questions       4, of the shape context/endings/label
acc             1.0000 ± 0.0000
acc_norm        1.0000 ± 0.0000
acc_bytes       1.0000 ± 0.0000
acc_tokens      0.7500 ± 0.2500
chance          0.3750
speed           12.6 questions/s""",
    "eval cloze": """$ cat passages.txt
The sun rises in the east and sets in the west
He opened the door with his key
She poured the hot tea into her cup
Two plus two is four
$ hibari eval cloze smollm2.gguf passages.txt
acc             0.5000 ± 0.2887
loss            3.4166 ± 1.7484 nats per word
perplexity      30.466 per word
words           4
speed           20.9 words/s""",
    "eval compare": """$ hibari eval compare smollm2.gguf adapters/answers wiki.txt --context 128 --passage-bytes 512
8 passages of about 512 bytes, windows of 128 tokens
                         A         B     B - A  95 % interval
perplexity          35.055    34.604
bits per byte       1.3084    1.3037   -0.0048  [-0.0066, -0.0033]
bits per byte   B is better, the interval excludes 0; A wins 0 passages, B 8""",
    "convert": """$ hibari convert smollm2-answers --to gguf --type q8_0 --out answers-q8.gguf --verify
wrote     answers-q8.gguf, 138.1 MiB
verified  on 100 positions: logits differ by at most 7.9e-1, 1.0e-1 on average, KL 1.4e-3 nats
$ hibari convert smollm2.gguf --to hf --type bf16 --out smollm2-hf --verify
wrote     smollm2-hf, 260.0 MiB
verified  on 100 positions: logits differ by at most 1.5e-1, 2.4e-2 on average, KL 6.0e-5 nats""",
    "merge": """$ hibari merge adapters/answers --out smollm2-answers
adapters  210, r=8,alpha=16,targets=down_proj+gate_proj+k_proj+o_proj+q_proj+up_proj+v_proj,dropout=0
base      …/smollm2.gguf
wrote     smollm2-answers""",
    "quantize": """$ hibari quantize smollm2-answers --type q5_1 --out answers-q5.gguf
wrote     answers-q5.gguf
weights   513.1 MiB → 104.8 MiB, 6.53 bits per weight
Q8_0      1 tensor, 28.7 MiB, relative error 0.0
F32       61 tensors, 137.3 KiB, relative error 0.0
Q5_1      210 tensors, 75.9 MiB, relative error 4.6e-2
KL        1.7e-1 nats from the source, on a sample text""",
    "inspect": """$ hibari inspect checkpoints/demo
model         qwen3, 4 layers, width 128, MLP 352
attention     4 heads of 32, 4 key-value heads
context       128 tokens
vocabulary    257 (bytes), head tied
parameters    837120
…""",
    "run moons": """$ hibari run moons --width 32 --depth 3 --out moons
moons  epoch 60/60  loss 0.006804  accuracy 0.9974  val_loss 0.01146  val_accuracy 1  0 s
hibari run moons
3 hidden layers of 32 units, tanh

test accuracy  97.5 %  (117 of 120 rows)
…""",
    "report": """$ hibari report checkpoints/demo
checkpoints/demo/report.html""",
    "graph": """hibari graph xor --out xor.svg
hibari graph checkpoints/demo --out demo.svg""",
    "corpus check": """$ hibari corpus check corpora/stories-en.txt --language en
sentences     1283
grammatical   1283 of 1283 (100.0 %)
passing       1283 of 1283 (100.0 %), grammatical and consistent with their story
stories       123 of 123 (100.0 %) consistent to the end""",
    "bench train": """$ hibari bench train --layers 2 --context 64 --batch 8 --steps 50 --profile
model         qwen3, 2 layers, width 128, context 64, vocabulary 256: 435K parameters; batch 8
step          31.20 ms, the median of 50 after 3 (22.53 to 56.38)
speed         16411 tokens/s
arithmetic    46.0 GFLOP/s at 2.80M FLOPs per token; 62 % of the 74 of a product of 1024³, 23 % of the 199 of multiply-adds in registers
memory        42.3 MiB at its peak, 16.0 MiB in the buffer pool, 0.06 allocations from the system per step
machine       avx2, native products, 2 threads

pass      op                  product             calls     ms/step       %  GFLOP/s
backward  linear              512×704×128             2       5.949    18.6       62
backward  linear              512×384×128             2       3.955    12.3       51
backward  linear              512×128×352             2       3.592    11.2       51
backward  attention                                   2       2.775     8.7
…
forward   all                                                11.210    35.0
backward  all                                                19.929    62.2
step      all                                                 0.894     2.8
          all                                                32.033   100.0""",
    "bench classic": """$ hibari bench classic gru --batch 32 --time 64 --hidden 128 --profile
gru, 103200 parameters: 10.263 ms a step
pass      op                  product             calls     ms/step       %  GFLOP/s
backward  gru                 2048×384×256            1       6.161    52.3      131
forward   gru                 2048×384×256            1       4.454    37.8       90
backward  linear              2048×32×128             1       0.406     3.4       83
…
forward   all                                                 4.920    41.8
backward  all                                                 6.770    57.5
step      all                                                 0.086     0.7
          all                                                11.776   100.0""",
    "bench ops": """$ hibari bench ops rmsNorm linear
op                  size                                   forward ms            backward ms
linear              query, key and value, 4096×1152×384        72.563      49.9      146.927      49.3  GFLOP/s
…
rmsNorm             4096×384                                    0.359      35.1        0.548      34.5  GB/s""",
    "data list": """$ hibari data list
name           training  test   picture      download   where
digits         10000     2000   1 × 28 × 28  -          built in
mnist          60000     10000  1 × 28 × 28  11.1 MiB   not here: hibari data fetch mnist
…""",
    "data fetch": """$ hibari data fetch mnist --out mnist
mnist/train-images-idx3-ubyte.gz  9.5 MiB, fetched, checked
mnist/train-labels-idx1-ubyte.gz  28.2 KiB, fetched, checked
mnist/t10k-images-idx3-ubyte.gz  1.6 MiB, fetched, checked
mnist/t10k-labels-idx1-ubyte.gz  4.4 KiB, fetched, checked""",
    "predict": """$ hibari predict iris flowers.csv
row,prediction,p(setosa),p(versicolor),p(virginica)
1,setosa,0.9999284,7.159945e-05,1.6273602e-21
2,virginica,1.3438341e-12,0.0014430652,0.9985569
$ echo "WINNER!! Claim your free prize now, text WIN to 80082" | hibari predict spam -
row,prediction,p(ham),p(spam)
1,spam,0.00275472,0.99724525""",
    "gradcheck": """$ hibari gradcheck rmsNorm qwen3""",
    "doctor": """$ hibari doctor
kernels       avx512 (this processor runs portable, avx2, avx512; HIBARI_SIMD chooses)
products      native (HIBARI_GEMM chooses native or openblas), 2 threads
speed         354 GFLOP/s for a product of 512 × 512 × 512
memory        22.82 GiB of 23.54 GiB available
self-test     passed: product 4.3e-7, softmax 8.3e-7 from float64
…""",
}

TASKS = {
    "mle": "hibari run mle --out mle",
    "linreg": "hibari run linreg --out linreg",
    "polyfit": "hibari run polyfit --width 400 --out polyfit",
    "logreg": "hibari run logreg --data iris.csv --target species --out iris",
    "perceptron": "hibari run perceptron --out perceptron",
    "xor": "hibari run xor --out xor",
    "moons": "hibari run moons --width 32 --depth 3 --out moons",
    "spiral": "hibari run spiral --sweep --out spiral",
    "optimizers": "hibari run optimizers --surface rosenbrock --out optimizers",
    "vanishing": "hibari run vanishing --depth 40 --out vanishing",
    "digits": "hibari run digits --model resnet8 --out digits",
    "mnist": "hibari run mnist --model mlp --out mnist",
    "fashion": "hibari run fashion --data fashion-mnist --out fashion",
    "cifar10": "hibari run cifar10 --model cnn --limit 5000 --epochs 2 --out cifar10",
    "transfer": "hibari run transfer --examples 20 --out transfer",
    "autoencoder": "hibari run autoencoder --code 2 --out autoencoder",
    "landscape": "hibari run landscape --grid 15 --out landscape",
    "names": "hibari run names --model gru --data names.txt --out names",
    "adder": "hibari run adder --digits 2 --out adder",
}

COMMANDS = [
    "corpus make", "corpus check", "tokenizer train", "tokenizer encode", "tokenizer decode", "tokenizer show",
    "tokenizer compare", "tokenizer verify", "tokenizer export", "tokenizer add-special", "tokenizer info",
    "corpus prepare", "data list", "data fetch", "plan", "pretrain", "generate",
    "finetune", "sft", "merge", "chat", "classify", "eval ppl", "eval mc", "eval cloze", "eval compare",
    "convert", "quantize", "inspect", "report", "graph", *(f"run {task}" for task in TASKS), "predict",
    "bench train", "bench classic", "bench gemm", "bench ops", "bench tokenizer", "gradcheck", "doctor",
]  # fmt: skip


def run(*arguments):
    environment = os.environ | {"COLUMNS": "110"}
    return subprocess.run(
        [HIBARI, *arguments], capture_output=True, text=True, check=True, env=environment
    ).stdout.strip()


def main():
    # The derivatives are the same on every machine, so this example's output is made anew.
    examples = {f"run {task}": command for task, command in TASKS.items()} | EXAMPLES
    examples |= {"gradcheck": EXAMPLES["gradcheck"] + "\n" + run("gradcheck", "rmsNorm", "qwen3")}
    parts = [INTRODUCTION]
    for command in COMMANDS:
        help_text = run(*command.split(), "--help")
        parts.append(f"## {command}\n\n```\n{help_text}\n```\n\nExample:\n\n```\n{examples[command]}\n```\n")
    path = REPOSITORY / "Docs/commands.md"
    path.write_text("\n".join(parts))
    print(f"{len(COMMANDS)} commands in {path}")


if __name__ == "__main__":
    main()
