"""A script with a few of sd-scripts' arguments, which does what NetworkTrainer.train does in this order."""

import argparse
import os
import sys

from library import original_unet, train_util
from library.strategy_sd import SdSdxlLatentsCachingStrategy


def setup_parser():
    parser = argparse.ArgumentParser()
    for name in ("pretrained_model_name_or_path", "output_dir", "output_name", "logging_dir", "log_with", "vae"):
        parser.add_argument(f"--{name}")
    for name in ("tokenizer_cache_dir", "save_model_as", "config_file", "sample_prompts", "wandb_api_key", "resume"):
        parser.add_argument(f"--{name}")
    for name in ("max_train_steps", "max_train_epochs", "save_every_n_epochs", "sample_every_n_epochs"):
        parser.add_argument(f"--{name}", type=int)
    parser.add_argument("--sample_every_n_steps", type=int)
    parser.add_argument("--gradient_accumulation_steps", type=int, default=1)
    parser.add_argument("--max_data_loader_n_workers", type=int, default=8)
    for name in ("cache_latents", "cache_latents_to_disk", "cache_text_encoder_outputs", "save_state", "torch_compile"):
        parser.add_argument(f"--{name}", action="store_true")
    parser.add_argument("--cache_text_encoder_outputs_to_disk", action="store_true")
    parser.add_argument("--images", type=int, default=3)
    parser.add_argument("--pace", type=float, default=0.0)
    parser.add_argument("--waits", action="store_true")
    return parser


def read_config_from_file(args, parser):
    if not args.config_file:
        return args
    return parser.parse_args(
        namespace=argparse.Namespace(save_every_n_epochs=7, max_train_epochs=9, output_name="file")
    )


if __name__ == "__main__":
    parser = setup_parser()
    args = read_config_from_file(parser.parse_args(), parser)
    if args.waits:
        print("waiting", flush=True)
        while True:
            import time

            time.sleep(3600)
    subset = train_util.DreamBoothSubset("images", cache_info=True, flip_aug=True, alpha_mask=True)
    dataset = train_util.BaseDataset(subset, args.images, args.pace)
    group = train_util.DatasetGroup([dataset])
    if args.cache_latents:
        dataset.new_cache_latents(None, None)
    if args.cache_text_encoder_outputs:
        dataset.new_cache_text_encoder_outputs([], None)
    group.set_max_train_steps(args.max_train_steps)
    for number in range(5):
        prompt = {"enum": number, "prompt": "a circle", "width": 1024, "height": 1024, "sample_steps": 30}
        train_util.sample_image_inference(None, args, None, "", prompt, None, 2, None)
    made_up = [info for info in dataset.image_data.values() if isinstance(info.latents, tuple)]
    train_util.tell(
        args=vars(args),
        argv=sys.argv,
        path=sys.path[0],
        offline=os.environ.get("HF_HUB_OFFLINE"),
        widths=original_unet.BLOCK_OUT_CHANNELS,
        cache_info=subset.cache_info,
        suffix=SdSdxlLatentsCachingStrategy().cache_suffix,
        made_up=[[info.latents, info.latents_flipped, info.alpha_mask, info.latents_original_size] for info in made_up],
        texts=[info.text_encoder_outputs for info in dataset.image_data.values()],
    )
