"""Which checkpoints are kept, what is written into them, and where a run is recorded; beside the form."""

from __future__ import annotations

from sdtui.trainer.field_list.group import Group

_field = Group("Saving")

FIELDS = (
    _field(
        "save_last_n_epochs",
        "Epochs to keep",
        "int",
        "Checkpoints of older epochs are deleted.",
        minimum=1,
    ),
    _field(
        "save_last_n_steps",
        "Steps to keep",
        "int",
        "Checkpoints that are older than so many steps are deleted.",
        minimum=1,
    ),
    _field(
        "save_last_n_steps_state",
        "State steps to keep",
        "int",
        "Saved states that are older than so many steps are deleted.",
        minimum=1,
    ),
    _field(
        "save_n_epoch_ratio",
        "Checkpoints in all",
        "int",
        "Saves at least so many over the training, instead of every so many epochs.",
        minimum=1,
    ),
    _field(
        "save_state_on_train_end",
        "Save last state",
        "flag",
        "Saves the optimizer once, at the end, so that training can be resumed.",
    ),
    _field(
        "initial_epoch",
        "First epoch",
        "int",
        "Counts epochs from here on; the rate's schedule begins anew all the same.",
        minimum=1,
    ),
    _field(
        "initial_step",
        "First step",
        "int",
        "Counts steps from here on, and wins over the first epoch.",
        minimum=0,
    ),
    _field(
        "skip_until_initial_step",
        "Skip the trained",
        "flag",
        "Goes past what was trained before without training it again.",
    ),
    _field(
        "no_metadata",
        "No metadata",
        "flag",
        "Saves no settings and tags in the LoRA. Other programs then cannot show how it was made.",
    ),
    _field(
        "training_comment",
        "Comment",
        "text",
        "A line that is saved in the LoRA; the place for its trigger word.",
    ),
    _field("metadata_title", "Title", "text", "The model's title, saved in it; without one it is the name."),
    _field("metadata_author", "Author", "text", "Who made it, saved in the model."),
    _field("metadata_description", "Description", "text", "What it is, saved in the model."),
    _field("metadata_license", "License", "text", "Under which terms it may be used, saved in the model."),
    _field("metadata_tags", "Model tags", "text", "Tags of the model, separated by commas, saved in it."),
    _field(
        "metadata_trigger_phrase",
        "Trigger phrase",
        "text",
        "The words that call for what was learnt, saved in the model.",
    ),
    _field(
        "metadata_usage_hint",
        "Usage hint",
        "text",
        "How it is best used, saved in the model.",
    ),
    _field(
        "log_with",
        "Log to",
        "text",
        "Where loss and rates are recorded. Monitor reads TensorBoard's files; wandb sends them to a service.",
    ),
    _field(
        "log_prefix",
        "Log prefix",
        "text",
        "Begins the name of each run's folder of TensorBoard files.",
    ),
    _field(
        "log_tracker_name",
        "Tracker",
        "text",
        "The name of the tracker, by default one for each kind of script.",
    ),
    _field(
        "wandb_run_name",
        "wandb run",
        "text",
        "What the run is called at wandb.",
    ),
    _field(
        "log_config",
        "Log settings",
        "flag",
        "Records all settings too.",
    ),
    _field(
        "huggingface_repo_id",
        "Upload to",
        "text",
        "A repository on Hugging Face to which what is saved is sent.",
    ),
)
