"""Writes the fixtures of src-main/datasets: small data sets and images made by Python, and what Python says of them.

    python3 scripts/make-dataset-fixtures.py src-main/datasets/fixtures

Needs numpy and Pillow. Nothing here shares code with the product: pickles come from Python's own pickle, images from Pillow,
and the fingerprints are computed from their description in docs/datasets.md.
"""

import gzip
import hashlib
import io
import json
import pickle
import struct
import sys
import tarfile
from pathlib import Path

import numpy as np
from PIL import Image

CLASSES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
PER_BATCH = 4


def planes(number):
    """A distinct image for every number, uint8 [3, 32, 32], that compresses well."""
    channel, row, column = np.meshgrid(np.arange(3), np.arange(32), np.arange(32), indexing="ij")
    return ((row * (number % 5 + 1) + column * (number % 3 + 1) + channel * 85 + number * 17) % 256).astype(np.uint8)


def batches():
    """[(name, split, label list, uint8 [n, 3072])]"""
    made = []
    for b in range(6):
        numbers = range(b * PER_BATCH, (b + 1) * PER_BATCH)
        name, split = (f"data_batch_{b + 1}", "train") if b < 5 else ("test_batch", "test")
        labels = [int(n % 10) for n in numbers]
        made.append((name, split, labels, np.stack([planes(n).reshape(-1) for n in numbers])))
    return made


def fingerprint(classes, splits):
    """splits: {'pool' | 'train' | 'test': [(label, uint8 [height, width, 3])]}"""
    whole = hashlib.sha256()
    names = json.dumps(classes, separators=(",", ":"), ensure_ascii=False)
    whole.update(f"cellsmith images 1\n{names}\n".encode())
    for split in ("pool", "train", "test"):
        entries = []
        for label, image in splits.get(split, []):
            height, width, _ = image.shape
            digest = hashlib.sha256(f"{width} {height}\n".encode() + image.tobytes()).digest()
            entries.append((digest, label))
        whole.update(f"{split} {len(entries)}\n".encode())
        for digest, label in sorted(entries):
            whole.update(digest + struct.pack("<I", label))
    return whole.hexdigest()


class Python2Pickler(pickle._Pickler):
    """Writes bytes as Python 2 wrote its str, which is how the published files came about."""

    dispatch = dict(pickle._Pickler.dispatch)

    def save_bytes(self, value):
        if len(value) < 256:
            self.write(pickle.SHORT_BINSTRING + struct.pack("<B", len(value)) + value)
        else:
            self.write(pickle.BINSTRING + struct.pack("<i", len(value)) + value)
        self.memoize(value)

    dispatch[bytes] = save_bytes

    def save_str(self, value):
        self.save_bytes(value.encode("latin1"))

    dispatch[str] = save_str


def python2(value):
    out = io.BytesIO()
    Python2Pickler(out, 2).dump(value)
    # numpy 2 names its modules otherwise than the numpy of the published files
    data = out.getvalue().replace(b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n")
    back = pickle.loads(data, encoding="bytes")
    assert np.array_equal(back.get(b"data", 0), value.get(b"data", 0))
    return data


def archive(path, files):
    """A tar.gz without times or owners, so that making it again gives the same bytes."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    path.write_bytes(gzip.compress(raw.getvalue(), 9, mtime=0))


def cifar(out):
    records = batches()
    binary = {"cifar-10-batches-bin/batches.meta.txt": ("\n".join(CLASSES) + "\n\n").encode()}
    for name, _, labels, data in records:
        rows = [bytes([label]) + row.tobytes() for label, row in zip(labels, data)]
        binary[f"cifar-10-batches-bin/{name}.bin"] = b"".join(rows)
    archive(out / "cifar10-binary.tar.gz", binary)

    def python_version(dump, order="C", array_labels=False):
        meta = {b"num_cases_per_batch": PER_BATCH, b"label_names": [c.encode() for c in CLASSES], b"num_vis": 3072}
        files = {"cifar-10-batches-py/batches.meta": dump(meta)}
        for name, _, labels, data in records:
            batch = {
                b"batch_label": name.encode(),
                b"labels": np.array(labels) if array_labels else labels,
                b"data": np.asarray(data, order=order),
                b"filenames": [f"{name}_{i}.png".encode() for i in range(len(labels))],
            }
            files[f"cifar-10-batches-py/{name}"] = dump(batch)
        return files

    archive(out / "cifar10-python2.tar.gz", python_version(python2))
    archive(out / "cifar10-protocol2.tar.gz", python_version(lambda v: pickle.dumps(v, 2)))
    archive(out / "cifar10-protocol4.tar.gz", python_version(lambda v: pickle.dumps(v, 4), "F", True))
    archive(out / "cifar10-protocol5.tar.gz", python_version(lambda v: pickle.dumps(v, 5)))

    splits = {"train": [], "test": []}
    for _, split, labels, data in records:
        for label, row in zip(labels, data):
            splits[split].append((label, np.ascontiguousarray(row.reshape(3, 32, 32).transpose(1, 2, 0))))
    training = np.stack([image for _, image in splits["train"]]).astype(np.float64)
    return {
        "classes": CLASSES,
        "fingerprint": fingerprint(CLASSES, splits),
        "trainPerClass": [sum(label == c for label, _ in splits["train"]) for c in range(10)],
        "mean": training.mean(axis=(0, 1, 2)).tolist(),
        "deviation": training.std(axis=(0, 1, 2)).tolist(),
        "trainSums": sorted([label, int(image.astype(np.int64).sum())] for label, image in splits["train"]),
    }


def cifar100(out):
    fine = [f"fine {i:02d}" for i in range(100)]
    coarse = [f"coarse {i:02d}" for i in range(20)]
    python = {"cifar-100-python/meta": pickle.dumps({"fine_label_names": fine, "coarse_label_names": coarse}, 4)}
    binary = {
        "cifar-100-binary/fine_label_names.txt": "\n".join(fine).encode(),
        "cifar-100-binary/coarse_label_names.txt": "\n".join(coarse).encode(),
    }
    splits = {}
    for split, numbers in (("train", range(12)), ("test", range(12, 16))):
        labels = [(n * 7) % 100 for n in numbers]
        data = np.stack([planes(n).reshape(-1) for n in numbers])
        batch = {"data": data, "fine_labels": labels, "coarse_labels": [label // 5 for label in labels], "batch_label": split}
        python[f"cifar-100-python/{split}"] = pickle.dumps(batch, 4)
        rows = [bytes([label // 5, label]) + row.tobytes() for label, row in zip(labels, data)]
        binary[f"cifar-100-binary/{split}.bin"] = b"".join(rows)
        splits[split] = [(label, np.ascontiguousarray(planes(n).transpose(1, 2, 0))) for label, n in zip(labels, numbers)]
    archive(out / "cifar100-python.tar.gz", python)
    archive(out / "cifar100-binary.tar.gz", binary)
    return {"fingerprint": fingerprint(fine, splits)}


def images(out):
    """One file of every kind, and the pixels that Pillow reads from it, upright and as RGB: the alpha channel is dropped."""
    width, height = 7, 5
    row, column, channel = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    rgb = ((row * 40 + column * 30 + channel * 60) % 256).astype(np.uint8)
    alpha = ((row[..., :1] * 50 + column[..., :1] * 9) % 256).astype(np.uint8)
    grey = rgb[..., 0]
    wide = (grey.astype(np.uint16) << 8) + 77
    smooth = np.stack([row[..., 0] * 20 + 60, column[..., 0] * 20 + 40, row[..., 0] * 10 + column[..., 0] * 10], -1)
    smooth = np.kron(smooth, np.ones((8, 8, 1))).astype(np.uint8)
    files, expected = {}, {}

    def add(name, image, pixels, **options):
        data = io.BytesIO()
        image.save(data, **options)
        files[name] = data.getvalue()
        expected[name] = {"width": pixels.shape[1], "height": pixels.shape[0], "pixels": pixels.reshape(-1).tolist()}

    threefold = np.repeat(grey[..., None], 3, -1)
    add("rgb.png", Image.fromarray(rgb), rgb, format="PNG")
    add("rgba.png", Image.fromarray(np.concatenate([rgb, alpha], -1)), rgb, format="PNG")
    add("grey.png", Image.fromarray(grey), threefold, format="PNG")
    add("grey-alpha.png", Image.fromarray(np.stack([grey, alpha[..., 0]], -1), "LA"), threefold, format="PNG")
    add("grey-16-bit.png", Image.fromarray(wide), threefold, format="PNG")
    palette = Image.fromarray(rgb).quantize(64)
    add("palette.png", palette, np.asarray(palette.convert("RGB")), format="PNG")
    bits = Image.fromarray(grey).point(lambda v: 255 if v > 127 else 0).convert("1")
    add("one-bit.png", bits, np.asarray(bits.convert("RGB")), format="PNG")
    for name, options in {
        "baseline.jpg": {},
        "progressive.jpg": {"progressive": True},
        "turned.jpg": {"exif": 6},
        "mirrored.jpg": {"exif": 5},
    }.items():
        image = Image.fromarray(smooth)
        data = io.BytesIO()
        turned = options.pop("exif", None)
        if turned is not None:
            exif = Image.Exif()
            exif[0x0112] = turned
            options["exif"] = exif
        image.save(data, format="JPEG", quality=95, subsampling=0, **options)
        files[name] = data.getvalue()
        decoded = Image.open(io.BytesIO(data.getvalue()))
        upright = {6: Image.Transpose.ROTATE_270, 5: Image.Transpose.TRANSPOSE}.get(turned)
        pixels = np.asarray(decoded if upright is None else decoded.transpose(upright))
        expected[name] = {"width": pixels.shape[1], "height": pixels.shape[0], "pixels": pixels.reshape(-1).tolist()}
    grey_jpeg = Image.fromarray(smooth[..., 0])
    data = io.BytesIO()
    grey_jpeg.save(data, format="JPEG", quality=95)
    files["grey.jpg"] = data.getvalue()
    pixels = np.repeat(np.asarray(Image.open(io.BytesIO(data.getvalue())))[..., None], 3, -1)
    expected["grey.jpg"] = {"width": pixels.shape[1], "height": pixels.shape[0], "pixels": pixels.reshape(-1).tolist()}
    archive(out / "images.tar.gz", files)
    text = json.dumps(expected, separators=(",", ":"))
    (out / "images.json.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def main():
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    expected = {"cifar10": cifar(out), "cifar100": cifar100(out)}
    images(out)
    (out / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


main()
