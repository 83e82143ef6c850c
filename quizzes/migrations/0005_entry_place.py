from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0004_response_storage")]

    operations = [
        migrations.AddField(
            model_name="entry",
            name="place",
            field=models.CharField(
                blank=True,
                default="",
                editable=False,
                help_text="A note that whoever made the entry left for itself.",
                max_length=200,
            ),
            preserve_default=False,
        ),
    ]
