"""The sample prompts: what the trainer will draw while it trains, prompt by prompt and option by option."""
