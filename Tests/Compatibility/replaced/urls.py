from django.urls import include, path
from rest_framework.routers import DefaultRouter
from rest_framework_simplejwt.views import TokenBlacklistView, TokenObtainPairView, TokenRefreshView, TokenVerifyView

from .iot.views import AlerteViewSet, DispositifViewSet, DonneeViewSet

router = DefaultRouter()
router.register("dispositifs", DispositifViewSet)
router.register("data", DonneeViewSet)
router.register("alertes", AlerteViewSet)
urlpatterns = [
    path("api/token/", TokenObtainPairView.as_view()),
    path("api/token/refresh/", TokenRefreshView.as_view()),
    path("api/token/verify/", TokenVerifyView.as_view()),
    path("api/token/blacklist/", TokenBlacklistView.as_view()),
    path("api/iot/", include(router.urls)),
]
