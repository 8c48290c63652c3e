"""Settings: each library's own defaults, wherever the description names none."""
import os
from datetime import timedelta

SECRET_KEY = "only-for-a-comparison-on-loopback-0123456789"
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "rest_framework", "rest_framework_simplejwt.token_blacklist", "corsheaders",
                  "channels", "replaced.iot"]
CORS_ALLOW_ALL_ORIGINS = True
MIDDLEWARE = ["corsheaders.middleware.CorsMiddleware", "django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = "replaced.urls"
ASGI_APPLICATION = "replaced.asgi.application"
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "HOST": os.environ["REPLACED_HOST"], "PORT": os.environ["REPLACED_PORT"],
                         "USER": os.environ["REPLACED_USER"], "PASSWORD": os.environ["REPLACED_PASSWORD"], "NAME": os.environ["REPLACED_DATABASE"]}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
REST_FRAMEWORK = {"DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework_simplejwt.authentication.JWTAuthentication"],
                  "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"]}
SIMPLE_JWT = {"ACCESS_TOKEN_LIFETIME": timedelta(seconds=int(os.environ.get("REPLACED_ACCESS_SECONDS", "900"))),
              "REFRESH_TOKEN_LIFETIME": timedelta(days=1)}
